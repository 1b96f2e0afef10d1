-- Gives the prices of one kind of machine to another, before those that it has: its own go on to hold.
UPDATE hardware_price
SET seq = seq - (SELECT max(seq) FROM hardware_price WHERE hardware_id = :from) - 1
          + coalesce((SELECT min(seq) FROM hardware_price WHERE hardware_id = :to), 0),
    hardware_id = :to
WHERE hardware_id = :from
