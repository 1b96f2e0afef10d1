INSERT INTO absorbed_run (unit_id, into_run_id, key, model_id, engine_id, workload_id, config_id, started_ns, ended_ns,
                          started_text, status, status_why, content)
SELECT unit_id, :into, key, model_id, engine_id, workload_id, config_id, started_ns, ended_ns, started_text, status,
       status_why, content
FROM run
WHERE id = :run
RETURNING id;
