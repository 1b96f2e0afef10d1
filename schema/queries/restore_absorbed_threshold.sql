INSERT INTO absorbed_threshold (absorbed_id, seq, metric, expression, state, source_id, locator)
VALUES (:absorbed, :seq, :metric, :expression, :state, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
