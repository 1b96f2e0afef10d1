INSERT INTO source_place (source_id, path, found_ns) VALUES (:source, :path, :found);
