-- The bytes of a source that only an export told of are at hand now.
UPDATE source SET via_id = NULL WHERE id = :id AND via_id IS NOT NULL RETURNING id;
