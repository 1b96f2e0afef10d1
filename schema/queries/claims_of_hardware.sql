-- The runs of a session and hardware that only reports tell of, absorbed ones too ('into_run' is then not 0).
SELECT run.id, 0 AS into_run, run.unit_id, workload.name AS workload, model.name AS model, engine.name AS engine,
       run.config_id, run.started_ns, run.started_text
FROM run
JOIN workload ON workload.id = run.workload_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
WHERE run.session_id = :session AND run.hardware_id = :hardware AND run.claims = 1 AND run.session_given = 1
UNION ALL
SELECT absorbed_run.id, absorbed_run.into_run_id, absorbed_run.unit_id, workload.name, model.name, engine.name,
       absorbed_run.config_id, absorbed_run.started_ns, absorbed_run.started_text
FROM run
JOIN absorbed_run ON absorbed_run.into_run_id = run.id
JOIN workload ON workload.id = absorbed_run.workload_id
JOIN model ON model.id = absorbed_run.model_id
JOIN engine ON engine.id = absorbed_run.engine_id
WHERE run.session_id = :session AND run.hardware_id = :hardware;
