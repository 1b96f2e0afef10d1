INSERT INTO run_samples (run_id, points, begin_ns, sketch_seconds, dictionary)
VALUES (:run, :points, :begin_at, :sketch_seconds, :dictionary)
ON CONFLICT DO NOTHING RETURNING 1;
