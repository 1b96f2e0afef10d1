-- Runs of reports that are runs of tools' own files.
-- scan: an export reads everything
SELECT v_unit.number AS unit, absorbed_run.key, run.name AS run, model.name AS model, engine.name AS engine,
       workload.name AS workload, config.canonical AS config, absorbed_run.started_ns AS started_at, absorbed_run.status,
       absorbed_run.status_why, absorbed_run.ended_ns AS ended_at, absorbed_run.started_text, absorbed_run.content
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN run ON run.id = absorbed_run.into_run_id
JOIN model ON model.id = absorbed_run.model_id
JOIN engine ON engine.id = absorbed_run.engine_id
JOIN workload ON workload.id = absorbed_run.workload_id
JOIN config ON config.id = absorbed_run.config_id
ORDER BY v_unit.number, absorbed_run.key;
