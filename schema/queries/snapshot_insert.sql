INSERT INTO snapshot (id, source_id, syntax, taken_ns) VALUES (:id, :source, :syntax, :taken) RETURNING id;
