INSERT INTO model_fact (model_id, name, value, unit, source_id, locator)
VALUES (:model, :name, :value, :unit, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
