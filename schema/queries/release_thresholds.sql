INSERT INTO threshold (run_id, seq, metric, expression, state, source_id, locator)
SELECT :run, seq, metric, expression, state, source_id, locator FROM absorbed_threshold WHERE absorbed_id = :absorbed;
