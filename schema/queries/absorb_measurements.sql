INSERT INTO absorbed_measurement (absorbed_id, quantity_id, rank, value, low, high, origin, formula, source_id, field_id,
                                  digits, locator)
SELECT :absorbed, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator
FROM measurement
WHERE run_id = :run;
