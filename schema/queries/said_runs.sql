-- What the runs of a unit are, absorbed ones too, by key.
SELECT run.key, run.id, 0 AS absorbed, run.name, session.name AS session, hardware.name AS hardware, model.name AS model,
       engine.name AS engine, workload.name AS workload, config.canonical AS config,
       coalesce(iso_time(run.started_ns), '') AS started_at, coalesce(iso_time(run.ended_ns), '') AS ended_at,
       run.status, run.status_why, '' AS absorbed_by
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id
WHERE run.unit_id = :unit
UNION ALL
SELECT absorbed_run.key, absorbed_run.id, 1, absorbed_run.key, session.name, hardware.name, model.name,
       engine.name, workload.name, config.canonical,
       coalesce(iso_time(absorbed_run.started_ns), ''), coalesce(iso_time(absorbed_run.ended_ns), ''),
       absorbed_run.status, absorbed_run.status_why, run.name
FROM absorbed_run
JOIN run ON run.id = absorbed_run.into_run_id
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = absorbed_run.model_id
JOIN engine ON engine.id = absorbed_run.engine_id
JOIN workload ON workload.id = absorbed_run.workload_id
JOIN config ON config.id = absorbed_run.config_id
WHERE absorbed_run.unit_id = :unit
ORDER BY 1;
