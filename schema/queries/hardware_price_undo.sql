-- Takes the last price back.
DELETE FROM hardware_price
WHERE hardware_id = :hardware AND seq = (SELECT max(seq) FROM hardware_price WHERE hardware_id = :hardware)
RETURNING seq;
