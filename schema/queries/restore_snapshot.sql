INSERT INTO snapshot (source_id, syntax, taken_ns)
VALUES (:source_sha256, :syntax, :taken_at)
ON CONFLICT DO NOTHING RETURNING id;
