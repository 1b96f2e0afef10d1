-- The rules that tools applied.
-- scan: an export reads everything
SELECT run.name AS run, threshold.seq, threshold.metric, threshold.expression, threshold.state,
       source.path AS source, source.sha256 AS source_sha256, threshold.locator
FROM run
CROSS JOIN threshold ON threshold.run_id = run.id
JOIN source ON source.id = threshold.source_id
ORDER BY run.name, threshold.seq;
