-- The next run that has points, for going through all of them.
SELECT run_samples.run_id, run.name
FROM run_samples
JOIN run ON run.id = run_samples.run_id
WHERE run_samples.run_id > :after
ORDER BY run_samples.run_id
LIMIT 1;
