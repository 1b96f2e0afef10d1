INSERT INTO config (canonical) VALUES (:canonical) RETURNING id;
