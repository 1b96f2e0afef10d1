INSERT INTO unit_source (unit_id, seq, source_id, path)
VALUES (:unit, :seq, :source_sha256, :path)
ON CONFLICT DO NOTHING RETURNING 1;
