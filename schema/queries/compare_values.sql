-- The values that questions use of one run, with what is needed to judge them.
SELECT metric.name AS metric, quantity.stat, quantity.scope, quantity.unit, metric.direction, metric.floor,
       metric.canonical, measurement.value
FROM measurement
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
WHERE measurement.run_id = :run AND measurement.rank = 0
