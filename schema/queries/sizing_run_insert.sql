INSERT INTO sizing_run (source_id, name, model_id, hardware_id, model, server, generation, taken_ns)
VALUES (:source, :name, :model_id, :hardware_id, :model, :server, :generation, :taken)
RETURNING id;
