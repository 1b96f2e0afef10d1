-- The dictionary of a run's points, and how many chunks there are.
SELECT run_samples.dictionary, run_samples.points,
       (SELECT count(*) FROM sample_chunk WHERE sample_chunk.run_id = run_samples.run_id) AS chunks
FROM run_samples
WHERE run_samples.run_id = :run;
