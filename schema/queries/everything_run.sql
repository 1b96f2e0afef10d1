-- Every run.
-- scan: an export reads everything
SELECT session.name AS session, run.name AS run, hardware.name AS hardware, model.name AS model,
       engine.name AS engine, workload.name AS workload, config.canonical AS config, run.started_ns AS started_at,
       run.status, run.status_why, run.claims, v_unit.number AS unit, run.key, run.ended_ns AS ended_at,
       run.started_text, run.session_given, run.content
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id
JOIN v_unit ON v_unit.unit_id = run.unit_id
ORDER BY run.name;
