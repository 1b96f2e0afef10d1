-- What was measured in the runs of one session, with what is needed to judge it.
SELECT DISTINCT quantity.id, metric.name AS metric, quantity.stat, quantity.scope, quantity.unit, metric.direction,
       metric.floor, metric.canonical
FROM session
JOIN run ON run.session_id = session.id
JOIN measurement ON measurement.run_id = run.id AND measurement.rank = 0
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
WHERE session.name = :session
ORDER BY metric.name, quantity.scope, quantity.stat, quantity.id
