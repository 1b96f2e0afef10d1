-- The value that questions use of one metric, stat and scope of one run.
SELECT measurement.value
FROM metric
JOIN quantity ON quantity.metric_id = metric.id AND quantity.stat = :stat AND quantity.scope = :scope
JOIN measurement ON measurement.run_id = :run AND measurement.quantity_id = quantity.id AND measurement.rank = 0
WHERE metric.name = :metric
