-- Every session with what is in it, oldest first.
-- scan: a list of all sessions
SELECT session.id, session.name AS session, session.started_ns,
       group_concat(DISTINCT nullif(hardware.name, '')) AS hardware,
       group_concat(DISTINCT nullif(model.name, '')) AS model,
       group_concat(DISTINCT nullif(workload.name, '')) AS workload,
       count(run.id) AS runs,
       count(CASE WHEN run.status = 'ok' THEN 1 END) AS ok,
       count(CASE WHEN run.status = 'degraded' THEN 1 END) AS degraded,
       count(CASE WHEN run.status = 'failed' THEN 1 END) AS failed,
       count(CASE WHEN run.status = 'invalid' THEN 1 END) AS invalid,
       (SELECT count(*) FROM run AS r JOIN finding ON finding.run_id = r.id
        WHERE r.session_id = session.id AND finding.severity <> 'info') AS findings
FROM session
JOIN run ON run.session_id = session.id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN workload ON workload.id = run.workload_id
GROUP BY session.id
ORDER BY session.started_ns IS NULL, session.started_ns, session.name
