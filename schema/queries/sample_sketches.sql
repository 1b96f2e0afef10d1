-- What the points of one metric are, run by run.
SELECT sample_summary.run_id, sample_summary.outcome, sample_summary.scale, sample_summary.count, sample_summary.sketch
FROM metric
JOIN sample_summary ON sample_summary.metric_id = metric.id
WHERE metric.name = :metric AND sample_summary.sketch IS NOT NULL
ORDER BY sample_summary.run_id
