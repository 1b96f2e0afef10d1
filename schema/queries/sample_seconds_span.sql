-- How many seconds a run's points span.
SELECT max(second) - min(second) + 1 AS seconds FROM sample_second WHERE run_id = :run;
