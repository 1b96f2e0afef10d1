-- Metrics that sources brought along, and how many runs have them.
-- scan: a list of all metrics
SELECT metric.name, metric.unit, metric.direction, metric.floor, metric.canonical, metric.definition,
       (SELECT count_ids(measurement.run_id) FROM quantity
        JOIN measurement ON measurement.quantity_id = quantity.id AND measurement.rank = 0
        WHERE quantity.metric_id = metric.id) AS runs
FROM metric
ORDER BY metric.name
