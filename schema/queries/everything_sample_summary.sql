-- What the points of runs come to.
-- scan: an export reads everything
SELECT run.name AS run, sample_summary.seq, sample_summary.outcome, metric.name AS metric, metric.unit,
       sample_summary.scale, sample_summary.count, sample_summary.sum, sample_summary.sum_of_squares,
       sample_summary.min, sample_summary.max, sample_summary.sketch
FROM run
CROSS JOIN sample_summary ON sample_summary.run_id = run.id
JOIN metric ON metric.id = sample_summary.metric_id
ORDER BY run.name, sample_summary.seq, sample_summary.outcome;
