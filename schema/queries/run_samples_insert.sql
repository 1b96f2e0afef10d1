INSERT INTO run_samples (run_id, points, begin_ns, sketch_seconds, dictionary)
VALUES (:run, :points, :begin, :sketch_seconds, :dictionary);
