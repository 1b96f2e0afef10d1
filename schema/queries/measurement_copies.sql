-- Reported times of one run that the newest runs of the same session on other hardware, brought by earlier units, have to
-- the last digit; or only those that ':other' has, when it is not 0.  Bounded: 50 runs, whatever the size of the session.
SELECT other.id, other.name, metric.id, metric.name, quantity.scope, quantity.stat, mine.value, mine.digits
FROM (SELECT id, name
      FROM run
      WHERE session_id = :session AND hardware_id <> :hardware AND unit_id < :unit AND (:other = 0 OR id = :other)
      ORDER BY id DESC
      LIMIT 50) AS other
JOIN measurement AS mine ON mine.run_id = :run AND mine.rank = 0
JOIN measurement AS theirs
    ON theirs.run_id = other.id AND theirs.quantity_id = mine.quantity_id AND theirs.rank = 0
JOIN quantity ON quantity.id = mine.quantity_id
JOIN metric ON metric.id = quantity.metric_id
WHERE theirs.value = mine.value
  AND mine.origin = 'reported' AND theirs.origin = 'reported'
  AND mine.value <> 0
  AND metric.unit = 's' AND metric.name NOT IN ('duration', 'cpu_time')
ORDER BY other.id, metric.id, quantity.scope, mine.value;
