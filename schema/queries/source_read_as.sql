-- What the bytes of a source were read as the last time.
UPDATE source SET format = :format, importer_version = :version WHERE id = :source;
