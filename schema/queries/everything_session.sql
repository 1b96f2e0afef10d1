-- Sessions that have runs, with what is in them.
-- scan: an export reads everything
SELECT session.name AS session, session.started_ns AS started_at,
       coalesce((SELECT group_concat(name, ',') FROM (SELECT DISTINCT hardware.name FROM run JOIN hardware ON hardware.id = run.hardware_id
                                            WHERE run.session_id = session.id AND hardware.name <> ''
                                            ORDER BY hardware.name)), '') AS hardware,
       coalesce((SELECT group_concat(name, ',') FROM (SELECT DISTINCT model.name FROM run JOIN model ON model.id = run.model_id
                                            WHERE run.session_id = session.id AND model.name <> ''
                                            ORDER BY model.name)), '') AS model,
       coalesce((SELECT group_concat(name, ',') FROM (SELECT DISTINCT workload.name FROM run JOIN workload ON workload.id = run.workload_id
                                            WHERE run.session_id = session.id AND workload.name <> ''
                                            ORDER BY workload.name)), '') AS workload,
       count(*) AS runs, sum(run.status = 'ok') AS ok, sum(run.status = 'degraded') AS degraded,
       sum(run.status = 'failed') AS failed, sum(run.status = 'invalid') AS invalid,
       (SELECT count(*) FROM run AS other JOIN finding ON finding.run_id = other.id
        WHERE other.session_id = session.id AND finding.severity <> 'info') AS findings
FROM session
JOIN run ON run.session_id = session.id
GROUP BY session.id
ORDER BY session.name;
