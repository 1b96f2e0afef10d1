DELETE FROM finding WHERE run_id = :run AND absorbed_id IS NOT NULL;
