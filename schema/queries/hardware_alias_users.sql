-- scan: the dictionary takes all of them
SELECT hardware_alias.alias, hardware.name
FROM hardware_alias
JOIN hardware ON hardware.id = hardware_alias.hardware_id
WHERE hardware_alias.origin = 'user'
ORDER BY hardware_alias.alias;
