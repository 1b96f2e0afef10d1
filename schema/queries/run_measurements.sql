-- All numbers of one run, each with its source and place.
SELECT metric.name AS metric, quantity.stat, quantity.scope, quantity.population, measurement.rank,
       measurement.value, measurement.low, measurement.high, quantity.unit, metric.direction, metric.canonical,
       measurement.origin, measurement.formula, source.path AS source, field.name AS source_name,
       measurement.digits AS source_value, field.unit AS source_unit, measurement.locator
FROM measurement
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN source ON source.id = measurement.source_id
JOIN field ON field.id = measurement.field_id
WHERE measurement.run_id = :run
ORDER BY metric.canonical DESC, metric.name, quantity.scope, quantity.stat, measurement.rank
