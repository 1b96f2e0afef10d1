-- The values that questions use, run by run: the cells of the wide table.
-- scan: an export reads everything
SELECT measurement.run_id, measurement.quantity_id, measurement.value
FROM measurement
WHERE measurement.rank = 0
ORDER BY measurement.run_id, measurement.quantity_id
