INSERT INTO unit_source (unit_id, seq, source_id, path) VALUES (:unit, :seq, :source, :path);
