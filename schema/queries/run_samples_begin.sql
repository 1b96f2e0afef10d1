-- When the first second of a run's points begins, and how many seconds a sketch of it stands for.
SELECT run_samples.begin_ns,
       coalesce((SELECT min(second) FROM sample_second WHERE sample_second.run_id = run_samples.run_id), 0) AS first,
       run_samples.sketch_seconds
FROM run_samples
WHERE run_samples.run_id = :run;
