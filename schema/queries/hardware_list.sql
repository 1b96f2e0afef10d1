-- Every kind of machine with its other names.
-- scan: a list of all hardware
SELECT hardware.id, hardware.name AS hardware,
       (SELECT group_concat(alias, ', ') FROM hardware_alias WHERE hardware_id = hardware.id) AS aliases,
       (SELECT count(*) FROM run WHERE run.hardware_id = hardware.id) AS runs,
       (SELECT count(DISTINCT session_id) FROM run WHERE run.hardware_id = hardware.id) AS sessions
FROM hardware
WHERE hardware.name <> ''
ORDER BY hardware.name
