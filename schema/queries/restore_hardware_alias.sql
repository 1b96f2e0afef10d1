INSERT INTO hardware_alias (alias, hardware_id, origin)
VALUES (:alias, :hardware, :origin)
ON CONFLICT DO NOTHING RETURNING 1;
