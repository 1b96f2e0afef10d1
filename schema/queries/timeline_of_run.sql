-- What a tool told of a run as it went on, in order.
SELECT elapsed_s, vus, iterations, requests, failed, latency_p95_s, latency_mean_s
FROM timeline
WHERE run_id = :run
ORDER BY seq;
