-- Every moment of every run's timeline.
-- scan: an export reads everything
SELECT session.name AS session, run.name AS run, timeline.elapsed_s, timeline.vus, timeline.iterations, timeline.interrupted,
       timeline.requests, timeline.failed, timeline.latency_mean_s, timeline.latency_p95_s, timeline.seq
FROM run
CROSS JOIN timeline ON timeline.run_id = run.id
JOIN session ON session.id = run.session_id
ORDER BY run.name, timeline.seq;
