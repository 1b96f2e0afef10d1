INSERT INTO family (name, type, help, unit) VALUES (:name, :type, :help, :unit) RETURNING id;
