-- Sources one by one in the order of their ids.
SELECT id, sha256, size, path FROM source WHERE id > :after ORDER BY id LIMIT 1;
