-- What an absorbed run says.
SELECT quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator
FROM absorbed_measurement
WHERE absorbed_id = :run
ORDER BY quantity_id, rank;
