-- Adds or moves one of the user's aliases of a kind of machine.
INSERT INTO hardware_alias (alias, hardware_id, origin)
VALUES (:alias, :hardware, 'user')
ON CONFLICT (alias) DO UPDATE SET hardware_id = excluded.hardware_id, origin = 'user'
