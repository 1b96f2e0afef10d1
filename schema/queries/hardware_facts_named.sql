-- What sources say about one kind of machine, the newest source last.
SELECT hardware_fact.name, hardware_fact.value, hardware_fact.unit, source.path AS source, hardware_fact.locator
FROM hardware
JOIN hardware_fact ON hardware_fact.hardware_id = hardware.id
JOIN source ON source.id = hardware_fact.source_id
WHERE hardware.name = :hardware
ORDER BY source.id, hardware_fact.name, hardware_fact.value
