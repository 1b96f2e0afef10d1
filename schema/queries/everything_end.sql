-- That nothing is missing.
SELECT 1 AS version;
