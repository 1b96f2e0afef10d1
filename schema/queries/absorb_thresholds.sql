INSERT INTO absorbed_threshold (absorbed_id, seq, metric, expression, state, source_id, locator)
SELECT :absorbed, seq, metric, expression, state, source_id, locator FROM threshold WHERE run_id = :run;
