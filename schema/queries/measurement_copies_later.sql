-- Runs of the same session on other hardware that later units brought and that share a time with a run; bounded likewise.
SELECT other.id, other.name, other.hardware_id, other.unit_id,
       (SELECT source_id FROM unit_source WHERE unit_source.unit_id = other.unit_id AND unit_source.seq = 0) AS source_id
FROM (SELECT id, name, hardware_id, unit_id
      FROM run
      WHERE session_id = :session AND hardware_id <> :hardware AND unit_id > :unit
      ORDER BY id
      LIMIT 50) AS other
WHERE EXISTS (SELECT 1
              FROM measurement AS mine
              JOIN measurement AS theirs
                  ON theirs.run_id = other.id AND theirs.quantity_id = mine.quantity_id AND theirs.rank = 0
              WHERE mine.run_id = :run AND mine.rank = 0 AND theirs.value = mine.value AND mine.value <> 0
                AND mine.origin = 'reported')
ORDER BY other.id;
