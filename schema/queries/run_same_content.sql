-- A run of another unit that says the same.
SELECT id FROM run WHERE content = :content AND unit_id <> :unit LIMIT 1;
