-- What the name of a run is made of, and where it belongs.
SELECT session.name AS session, hardware.name AS hardware, workload.name AS workload, run.key, run.name,
       run.session_id, run.hardware_id, run.unit_id, unit_source.source_id
FROM run
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN workload ON workload.id = run.workload_id
JOIN unit_source ON unit_source.unit_id = run.unit_id AND unit_source.seq = 0
WHERE run.id = :run;
