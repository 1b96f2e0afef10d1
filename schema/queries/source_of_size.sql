-- Is there a source of so many bytes?
-- scan: asked once for a file of over 16 MiB
SELECT 1 FROM source WHERE size = :size LIMIT 1;
