INSERT INTO model (name) VALUES (:name) RETURNING id;
