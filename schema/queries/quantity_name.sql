SELECT metric.name, quantity.stat, quantity.scope, quantity.unit
FROM quantity
JOIN metric ON metric.id = quantity.metric_id
WHERE quantity.id = :quantity;
