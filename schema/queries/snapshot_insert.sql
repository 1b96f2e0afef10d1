INSERT INTO snapshot (source_id, syntax, taken_ns) VALUES (:source, :syntax, :taken) RETURNING id;
