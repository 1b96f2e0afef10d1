-- What the lines that follow are: their version.
SELECT 1 AS version;
