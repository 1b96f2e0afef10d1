-- The points of runs: what all chunks of a run have in common.
-- scan: an export reads everything
SELECT run.name AS run, run_samples.points, run_samples.begin_ns AS begin_at, run_samples.sketch_seconds,
       run_samples.dictionary
FROM run
CROSS JOIN run_samples ON run_samples.run_id = run.id
ORDER BY run.name;
