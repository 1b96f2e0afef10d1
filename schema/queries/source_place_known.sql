-- Is this path the first or another known place of the source?
SELECT 1 FROM source WHERE id = :source AND path = :path
UNION ALL
SELECT 1 FROM source_place WHERE source_id = :source AND path = :path
LIMIT 1;
