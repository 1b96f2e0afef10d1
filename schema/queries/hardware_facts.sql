-- What sources say about one kind of machine.
SELECT hardware_fact.name, hardware_fact.value, hardware_fact.unit, source.path AS source, hardware_fact.locator
FROM hardware_fact
JOIN source ON source.id = hardware_fact.source_id
WHERE hardware_fact.hardware_id = :hardware
ORDER BY hardware_fact.name, hardware_fact.value
