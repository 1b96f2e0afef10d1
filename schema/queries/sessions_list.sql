-- Every session.
-- scan: a list of all sessions
SELECT session.id, session.name AS session, session.started_ns
FROM session
ORDER BY session.id
