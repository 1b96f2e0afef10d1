INSERT INTO absorbed_run (unit_id, into_run_id, key, model_id, engine_id, workload_id, config_id, started_ns,
                          ended_ns, started_text, status, status_why, content)
VALUES (:unit, :run, :key, :model, :engine, :workload, :config, :started_at, :ended_at, :started_text, :status,
        :status_why, :content)
ON CONFLICT DO NOTHING RETURNING id;
