INSERT INTO quantity (metric_id, stat, scope, population)
VALUES (:metric, :stat, :scope, :population) RETURNING id;
