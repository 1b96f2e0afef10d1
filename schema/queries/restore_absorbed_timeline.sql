INSERT INTO absorbed_timeline (absorbed_id, seq, elapsed_s, vus, iterations, interrupted, requests, failed,
                               latency_mean_s, latency_p95_s)
VALUES (:absorbed, :seq, :elapsed_s, :vus, :iterations, :interrupted, :requests, :failed, :latency_mean_s,
        :latency_p95_s)
ON CONFLICT DO NOTHING RETURNING 1;
