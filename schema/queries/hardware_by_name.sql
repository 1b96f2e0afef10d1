-- The kind of machine of exactly this name.
SELECT id FROM hardware WHERE name = :name
