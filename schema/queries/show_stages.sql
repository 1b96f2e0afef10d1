-- The load shape of one run.
SELECT seconds, vus FROM load_stage WHERE run_id = :run ORDER BY seq
