-- One row a run with all its names: what was run on what, with which config, when, and how good it is.
-- 'config' is 'name=value' pairs in the order of their names; 'path' is the file or folder that it came from.
CREATE VIEW v_run AS
SELECT run.id                                                                       AS run_id,
       run.name                                                                     AS run,
       session.name                                                                 AS session,
       hardware.name                                                                AS hardware,
       model.name                                                                   AS model,
       engine.name                                                                  AS engine,
       workload.name                                                                AS workload,
       replace(config.canonical, char(10), ' ')                                     AS config,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.started_ns / 1000000000, 'unixepoch')     AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.ended_ns / 1000000000, 'unixepoch')       AS ended_at,
       run.started_text,
       run.status,
       run.status_why,
       run.claims,
       unit.path                                                                    AS path
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id
JOIN unit ON unit.id = run.unit_id;
