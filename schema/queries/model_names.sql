-- scan: the names of all models
SELECT id, name FROM model ORDER BY id
