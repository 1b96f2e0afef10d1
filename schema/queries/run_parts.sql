-- What the name of a run is made of.
SELECT session.name AS session, hardware.name AS hardware, workload.name AS workload, run.key, run.name
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN workload ON workload.id = run.workload_id
WHERE run.id = :run;
