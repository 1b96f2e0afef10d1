INSERT INTO measurement (run_id, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator)
SELECT :run, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator
FROM absorbed_measurement
WHERE absorbed_id = :absorbed;
