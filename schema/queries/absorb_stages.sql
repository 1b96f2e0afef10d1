INSERT INTO absorbed_stage (absorbed_id, seq, seconds, vus)
SELECT :absorbed, seq, seconds, vus FROM load_stage WHERE run_id = :run;
