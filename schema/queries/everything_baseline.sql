-- What may be compared with, by name.
-- scan: an export reads everything
SELECT name, session, rolling, filter, reason, author,
       created_ns AS created_at, cleared_ns AS cleared_at, cleared_by, cleared_why
FROM baseline
ORDER BY created_ns, name, session, rolling, filter, reason, author;
