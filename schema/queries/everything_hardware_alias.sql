-- Other names of kinds of machines.
-- scan: an export reads everything
SELECT hardware_alias.alias, hardware.name AS hardware, hardware_alias.origin
FROM hardware_alias
JOIN hardware ON hardware.id = hardware_alias.hardware_id
ORDER BY hardware_alias.alias;
