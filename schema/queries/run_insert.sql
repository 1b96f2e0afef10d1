INSERT INTO run (id, unit_id, key, name, session_id, hardware_id, model_id, engine_id, workload_id, config_id,
                 started_ns, ended_ns, started_text, status, status_why, claims, session_given, content)
VALUES (:id, :unit, :key, :name, :session, :hardware, :model, :engine, :workload, :config,
        :started, :ended, :started_text, :status, :status_why, :claims, :session_given, :content)
RETURNING id;
