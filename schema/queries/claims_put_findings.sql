-- What was found about absorbed runs, but for a status that is no worse than that of the run itself.
INSERT INTO finding (code, severity, subject, message, expected, actual, source_id, run_id, locator, absorbed_id)
SELECT said.code, said.severity, said.subject, said.message, said.expected, said.actual, said.source_id, run.id,
       said.locator, absorbed_run.id
FROM run
JOIN absorbed_run ON absorbed_run.into_run_id = run.id
JOIN absorbed_finding AS said ON said.absorbed_id = absorbed_run.id
JOIN source ON source.id = said.source_id
WHERE run.id = :run
  AND NOT (said.code IN ('degraded-run', 'failed-run', 'invalid-run', 'zero-output')
           AND CASE absorbed_run.status WHEN 'ok' THEN 0 WHEN 'degraded' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END
               <= CASE run.status WHEN 'ok' THEN 0 WHEN 'degraded' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END)
ORDER BY source.path, source.sha256, absorbed_run.id, said.seq;
