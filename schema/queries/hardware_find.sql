-- The kind of machine of this name or alias (folded to lower case).
SELECT id, name FROM hardware WHERE name = :name
UNION ALL
SELECT hardware.id, hardware.name
FROM hardware_alias JOIN hardware ON hardware.id = hardware_alias.hardware_id
WHERE hardware_alias.alias = :name
LIMIT 1
