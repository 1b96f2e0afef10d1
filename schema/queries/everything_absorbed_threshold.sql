-- The rules of absorbed runs.
-- scan: an export reads everything
SELECT v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, 
       absorbed_threshold.seq, absorbed_threshold.metric, absorbed_threshold.expression, absorbed_threshold.state,
       source.path AS source, source.sha256 AS source_sha256, absorbed_threshold.locator
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN absorbed_threshold ON absorbed_threshold.absorbed_id = absorbed_run.id
JOIN source ON source.id = absorbed_threshold.source_id
ORDER BY v_unit.number, absorbed_run.key, absorbed_threshold.seq;
