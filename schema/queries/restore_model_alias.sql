INSERT INTO model_alias (alias, model_id, origin)
VALUES (:alias, :model, :origin)
ON CONFLICT DO NOTHING RETURNING 1;
