-- Sources one by one in the order of their ids, those whose bytes are kept.
SELECT id, sha256, size, path FROM source WHERE id > :after AND via_id IS NULL ORDER BY id LIMIT 1;
