INSERT INTO timeline (run_id, seq, elapsed_s, vus, iterations, interrupted, requests, failed, latency_mean_s, latency_p95_s)
SELECT :run, seq, elapsed_s, vus, iterations, interrupted, requests, failed, latency_mean_s, latency_p95_s
FROM absorbed_timeline
WHERE absorbed_id = :absorbed;
