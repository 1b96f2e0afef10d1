-- Every number of the archive, run by run.  A number that came out of another warehouse keeps its first source, which
-- importers/benchkeep.c wrote before its place: 'SOURCE: PLACE'.
-- scan: an export reads everything
SELECT measurement.run_id, metric.name AS metric, quantity.stat, quantity.scope, quantity.population,
       measurement.value, quantity.unit, measurement.origin,
       CASE WHEN source.format = 'benchkeep' AND instr(measurement.locator, ': ') > 1
            THEN substr(measurement.locator, 1, instr(measurement.locator, ': ') - 1)
            ELSE source.path END AS source,
       field.name AS source_name, measurement.digits AS source_value,
       CASE WHEN source.format = 'benchkeep' AND instr(measurement.locator, ': ') > 1
            THEN substr(measurement.locator, instr(measurement.locator, ': ') + 2)
            ELSE measurement.locator END AS locator,
       field.unit AS source_unit, measurement.formula, measurement.low, measurement.high, measurement.rank
FROM measurement
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN source ON source.id = measurement.source_id
JOIN field ON field.id = measurement.field_id
ORDER BY measurement.run_id, measurement.quantity_id, measurement.rank
