INSERT INTO sample_second (run_id, second, load, started, completed, failed, iterations, latencies, latency_sum,
                           latency_scale, latency_ok, latency_failed, latency_unknown)
VALUES (:run, :second, :load, :started, :completed, :failed, :iterations, :latencies, :latency_sum, :latency_scale,
        :latency_ok, :latency_failed, :latency_unknown)
ON CONFLICT DO NOTHING RETURNING 1;
