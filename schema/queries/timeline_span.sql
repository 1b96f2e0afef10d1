-- How far a run's timeline went.
SELECT max(elapsed_s) AS seconds FROM timeline WHERE run_id = :run;
