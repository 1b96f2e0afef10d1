-- What the runs of all sessions are, in the order in which they came.
-- scan: a list of all runs
SELECT session_id, status, hardware_id, model_id, workload_id
FROM run
ORDER BY id
