-- One run with its names.
SELECT run.id, run.name, session.name AS session, hardware.name AS hardware, model.name AS model,
       engine.name AS engine, workload.name AS workload, config.canonical AS config,
       run.started_ns, run.status, run.status_why, run.claims, run.session_id
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id
WHERE run.id = :id
