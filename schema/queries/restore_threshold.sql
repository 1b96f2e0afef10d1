INSERT INTO threshold (run_id, seq, metric, expression, state, source_id, locator)
VALUES (:run, :seq, :metric, :expression, :state, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
