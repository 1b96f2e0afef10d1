-- The value that questions use of one metric, stat and scope, for every run that has it: out of the index alone.
SELECT measurement.run_id, measurement.value
FROM metric
JOIN quantity ON quantity.metric_id = metric.id AND quantity.stat = :stat AND quantity.scope = :scope
JOIN measurement ON measurement.quantity_id = quantity.id AND measurement.rank = 0
WHERE metric.name = :metric
