-- The newest session, unless some session has no start.
-- scan: the index of starts from its end, one row
SELECT name FROM session
WHERE started_ns IS NOT NULL AND NOT EXISTS (SELECT 1 FROM session AS undated WHERE undated.started_ns IS NULL)
ORDER BY started_ns DESC
LIMIT 1
