INSERT INTO source_place (source_id, path, found_ns)
VALUES (:source_sha256, :path, :found_at)
ON CONFLICT DO NOTHING RETURNING 1;
