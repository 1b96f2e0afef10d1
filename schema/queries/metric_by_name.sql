-- Unit and direction of a metric.
SELECT id, unit, direction, floor, canonical FROM metric WHERE name = :metric
