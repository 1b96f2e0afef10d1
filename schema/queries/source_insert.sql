INSERT INTO source (unit_id, sha256, path, format, importer_version, size, redactions)
VALUES (:unit, :sha256, :path, :format, :importer_version, :size, :redactions)
RETURNING id;
