-- With all that hangs on them.
DELETE FROM run WHERE unit_id = :unit;
