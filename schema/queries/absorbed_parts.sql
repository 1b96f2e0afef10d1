-- What the name of an absorbed run is made of.
SELECT session.name AS session, hardware.name AS hardware, workload.name AS workload, absorbed_run.key
FROM absorbed_run
JOIN run ON run.id = absorbed_run.into_run_id
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN workload ON workload.id = absorbed_run.workload_id
WHERE absorbed_run.id = :absorbed;
