-- The runs of a session and hardware that come from tools' own files.
SELECT run.id, 0 AS into_run, run.unit_id, workload.name AS workload, model.name AS model, engine.name AS engine,
       run.config_id, run.started_ns, run.started_text
FROM run
JOIN workload ON workload.id = run.workload_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
WHERE run.session_id = :session AND run.hardware_id = :hardware AND run.claims = 0;
