INSERT INTO absorbed_timeline (absorbed_id, seq, elapsed_s, vus, iterations, interrupted, requests, failed,
                               latency_mean_s, latency_p95_s)
SELECT :absorbed, seq, elapsed_s, vus, iterations, interrupted, requests, failed, latency_mean_s, latency_p95_s
FROM timeline
WHERE run_id = :run;
