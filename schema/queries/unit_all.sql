-- What was imported as a whole, but for what an export of a warehouse told of, in the order in which it came.
-- scan: a list of all units
SELECT id FROM unit WHERE via_id IS NULL ORDER BY id;
