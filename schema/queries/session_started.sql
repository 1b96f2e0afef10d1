-- A session begins with the earliest of its runs.
UPDATE session SET started_ns = :started
WHERE id = :id AND (started_ns IS NULL OR started_ns > :started);
