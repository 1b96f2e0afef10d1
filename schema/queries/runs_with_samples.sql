-- Runs whose single points are on record.
-- scan: a question over many runs takes all of them
SELECT run_id FROM run_samples
