-- Every session, oldest first.
-- scan: a list of all sessions
SELECT session.id, session.name AS session, session.started_ns
FROM session
ORDER BY session.started_ns IS NULL, session.started_ns, session.name
