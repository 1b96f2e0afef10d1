INSERT INTO load_stage (run_id, seq, seconds, vus)
VALUES (:run, :seq, :seconds, :vus)
ON CONFLICT DO NOTHING RETURNING 1;
