-- Every moment of every run's timeline.
-- scan: an export reads everything
SELECT timeline.run_id, timeline.elapsed_s, timeline.vus, timeline.iterations, timeline.interrupted,
       timeline.requests, timeline.failed, timeline.latency_mean_s, timeline.latency_p95_s
FROM timeline
ORDER BY timeline.run_id, timeline.seq
