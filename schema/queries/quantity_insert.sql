INSERT INTO quantity (metric_id, stat, scope, population, unit)
VALUES (:metric, :stat, :scope, :population, :unit) RETURNING id;
