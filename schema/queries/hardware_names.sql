-- scan: the names of all hardware
SELECT id, name FROM hardware ORDER BY id
