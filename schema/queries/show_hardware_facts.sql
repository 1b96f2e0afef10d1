-- What sources say about a run's hardware.
SELECT hardware_fact.name, hardware_fact.value, hardware_fact.unit, source.path AS source, hardware_fact.locator
FROM run
JOIN hardware_fact ON hardware_fact.hardware_id = run.hardware_id
JOIN source ON source.id = hardware_fact.source_id
WHERE run.id = :run
ORDER BY hardware_fact.name, hardware_fact.value
