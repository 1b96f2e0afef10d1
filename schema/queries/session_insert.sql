INSERT INTO session (name) VALUES (:name) RETURNING id;
