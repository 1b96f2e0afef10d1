-- The seconds of runs that have points.
-- scan: an export reads everything
SELECT run.name AS run, sample_second.second, sample_second.load, sample_second.started, sample_second.completed,
       sample_second.failed, sample_second.iterations, sample_second.latencies, sample_second.latency_sum,
       sample_second.latency_scale, sample_second.latency_ok, sample_second.latency_failed,
       sample_second.latency_unknown
FROM run
CROSS JOIN sample_second ON sample_second.run_id = run.id
ORDER BY run.name, sample_second.second;
