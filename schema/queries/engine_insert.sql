INSERT INTO engine (name) VALUES (:name) RETURNING id;
