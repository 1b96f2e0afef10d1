-- What sources say about kinds of machines.
-- scan: an export reads everything
SELECT hardware.name AS hardware, hardware_fact.name, hardware_fact.value, hardware_fact.unit, source.path AS source,
       source.sha256 AS source_sha256, hardware_fact.locator
FROM hardware_fact
JOIN hardware ON hardware.id = hardware_fact.hardware_id
JOIN source ON source.id = hardware_fact.source_id
ORDER BY hardware.name, hardware_fact.name, hardware_fact.value, source.sha256;
