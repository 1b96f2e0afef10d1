-- The kind of machine of this name, made when missing.
INSERT INTO hardware (name) VALUES (:name)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id
