INSERT INTO load_stage (run_id, seq, seconds, vus)
SELECT :run, seq, seconds, vus FROM absorbed_stage WHERE absorbed_id = :absorbed;
