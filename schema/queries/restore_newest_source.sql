-- The newest source, and whether there are runs.
-- scan: one row of each table
SELECT coalesce((SELECT id FROM source WHERE id > 0 ORDER BY id DESC LIMIT 1), 0),
       EXISTS (SELECT 1 FROM run WHERE id > 0);
