INSERT INTO sample_chunk (run_id, seq, points, first_ns, last_ns, packed)
VALUES (:run, :seq, :points, :first_at, :last_at, :packed)
ON CONFLICT DO NOTHING RETURNING 1;
