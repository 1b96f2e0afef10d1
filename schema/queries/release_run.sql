INSERT INTO run (unit_id, key, name, session_id, hardware_id, model_id, engine_id, workload_id, config_id,
                 started_ns, ended_ns, started_text, status, status_why, claims, session_given, content)
SELECT absorbed_run.unit_id, absorbed_run.key, :name, run.session_id, run.hardware_id, absorbed_run.model_id,
       absorbed_run.engine_id, absorbed_run.workload_id, absorbed_run.config_id, absorbed_run.started_ns,
       absorbed_run.ended_ns, absorbed_run.started_text, absorbed_run.status, absorbed_run.status_why, 1, 1,
       absorbed_run.content
FROM absorbed_run
JOIN run ON run.id = absorbed_run.into_run_id
WHERE absorbed_run.id = :absorbed
RETURNING id;
