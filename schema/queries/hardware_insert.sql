INSERT INTO hardware (name) VALUES (:name) RETURNING id;
