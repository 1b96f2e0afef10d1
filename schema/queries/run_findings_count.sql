SELECT count(*) FROM finding WHERE run_id = :run;
