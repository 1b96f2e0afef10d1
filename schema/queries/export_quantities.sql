-- The columns of the wide table.
-- scan: an export reads everything
SELECT quantity.id, metric.name AS metric, quantity.stat, quantity.scope, quantity.unit
FROM quantity
JOIN metric ON metric.id = quantity.metric_id
ORDER BY metric.canonical DESC, metric.name, quantity.scope, quantity.stat, quantity.id
