INSERT INTO workload (name) VALUES (:name) RETURNING id;
