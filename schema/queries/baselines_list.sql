-- What may be compared with by name, also what once could.
-- scan: a list of all, and there are few
SELECT id, name, session, filter, reason, author, cleared_by, cleared_why, rolling, created_ns, cleared_ns
FROM baseline
ORDER BY id;
