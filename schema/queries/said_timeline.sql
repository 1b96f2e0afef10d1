SELECT run.key, timeline.seq, timeline.elapsed_s, timeline.vus, timeline.iterations, timeline.interrupted,
       timeline.requests, timeline.failed, timeline.latency_mean_s, timeline.latency_p95_s
FROM run
JOIN timeline ON timeline.run_id = run.id
WHERE run.unit_id = :unit
ORDER BY run.key, timeline.seq;
