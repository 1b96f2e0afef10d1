INSERT INTO sizing_run (source_id, name, model_id, hardware_id, model, server, generation, taken_ns, report_source_id)
VALUES (:source_sha256, :sizing_run, :known_model, :hardware, :model, :server, :generation, :taken_at, :report_sha256)
ON CONFLICT DO NOTHING RETURNING id;
