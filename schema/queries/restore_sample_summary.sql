INSERT INTO sample_summary (run_id, seq, outcome, metric_id, scale, count, sum, sum_of_squares, min, max, sketch)
VALUES (:run, :seq, :outcome, :metric, :scale, :count, :sum, :sum_of_squares, :min, :max, :sketch)
ON CONFLICT DO NOTHING RETURNING 1;
