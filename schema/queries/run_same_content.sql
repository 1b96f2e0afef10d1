-- A run of an earlier unit that says the same.
SELECT id FROM run WHERE content = :content AND unit_id < :unit
UNION ALL
SELECT into_run_id FROM absorbed_run WHERE content = :content AND unit_id < :unit
LIMIT 1;
