-- A source that an export tells of, without its bytes.
INSERT INTO source (unit_id, sha256, path, format, importer_version, size, redactions, via_id)
VALUES (:unit, :source_sha256, :source, :format, :importer_version, :size, :redactions, :via)
ON CONFLICT DO NOTHING RETURNING id;
