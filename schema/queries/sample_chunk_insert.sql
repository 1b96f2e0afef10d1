INSERT INTO sample_chunk (run_id, seq, points, first_ns, last_ns, packed)
VALUES (:run, :seq, :points, :first, :last, :packed);
