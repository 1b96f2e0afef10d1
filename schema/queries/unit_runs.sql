-- The runs of a unit and where they stand.
SELECT id, key, name, session_id, hardware_id, content FROM run WHERE unit_id = :unit ORDER BY id;
