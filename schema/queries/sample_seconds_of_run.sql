-- The seconds of a run that has points, in order.
SELECT second, load, started, completed, failed, iterations, latency_scale, latency_ok, latency_failed, latency_unknown,
       latencies, latency_sum
FROM sample_second
WHERE run_id = :run
ORDER BY second;
