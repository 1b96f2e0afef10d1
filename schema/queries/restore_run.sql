INSERT INTO run (unit_id, key, name, session_id, hardware_id, model_id, engine_id, workload_id, config_id, started_ns,
                 ended_ns, started_text, status, status_why, claims, session_given, content)
VALUES (:unit, :key, :run, :session, :hardware, :model, :engine, :workload, :config, :started_at, :ended_at,
        :started_text, :status, :status_why, :claims, :session_given, :content)
ON CONFLICT DO NOTHING RETURNING id;
