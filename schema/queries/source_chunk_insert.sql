INSERT INTO source_chunk (source_id, seq, raw_size, packed) VALUES (:source, :seq, :raw_size, :packed);
