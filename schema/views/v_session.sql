-- One row a session: when it began, how many runs it has of which status, and the kinds of hardware in it.
CREATE VIEW v_session AS
SELECT session.id   AS session_id,
       session.name AS session,
       strftime('%Y-%m-%dT%H:%M:%SZ', session.started_ns / 1000000000, 'unixepoch') AS started_at,
       count(run.id)                       AS runs,
       count(DISTINCT run.config_id)       AS configs,
       coalesce(sum(run.status = 'ok'), 0)       AS ok,
       coalesce(sum(run.status = 'degraded'), 0) AS degraded,
       coalesce(sum(run.status = 'failed'), 0)   AS failed,
       coalesce(sum(run.status = 'invalid'), 0)  AS invalid,
       (SELECT group_concat(name, ' ')
        FROM (SELECT DISTINCT hardware.name
              FROM run AS other
              JOIN hardware ON hardware.id = other.hardware_id
              WHERE other.session_id = session.id AND hardware.name <> ''
              ORDER BY hardware.name)) AS hardware
FROM session
LEFT JOIN run ON run.session_id = session.id
GROUP BY session.id;
