-- The absorbed runs of a unit, and those that its runs absorbed.
SELECT id, into_run_id FROM absorbed_run WHERE unit_id = :unit
UNION
SELECT absorbed_run.id, absorbed_run.into_run_id
FROM run
JOIN absorbed_run ON absorbed_run.into_run_id = run.id
WHERE run.unit_id = :unit
ORDER BY 1;
