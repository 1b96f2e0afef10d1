INSERT INTO field (name, unit) VALUES (:name, :unit) RETURNING id;
