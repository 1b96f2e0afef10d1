-- The numbers of absorbed runs.
-- scan: an export reads everything
SELECT v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, 
       metric.name AS metric, quantity.stat, quantity.scope, quantity.population,
       absorbed_measurement.value, quantity.unit, absorbed_measurement.origin, source.path AS source,
       field.name AS source_name, absorbed_measurement.digits AS source_value, absorbed_measurement.locator,
       field.unit AS source_unit, absorbed_measurement.formula, absorbed_measurement.low,
       absorbed_measurement.high, absorbed_measurement.rank, source.sha256 AS source_sha256
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN absorbed_measurement ON absorbed_measurement.absorbed_id = absorbed_run.id
JOIN quantity ON quantity.id = absorbed_measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN source ON source.id = absorbed_measurement.source_id
JOIN field ON field.id = absorbed_measurement.field_id
ORDER BY v_unit.number, absorbed_run.key, metric.name, quantity.stat, quantity.scope, quantity.population,
         absorbed_measurement.rank;
