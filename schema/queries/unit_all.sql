-- What was imported as a whole, in the order in which it came.
-- scan: a list of all units
SELECT id FROM unit ORDER BY id;
