INSERT INTO param (name) VALUES (:name) RETURNING id;
