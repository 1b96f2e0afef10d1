-- Kinds of machines.
-- scan: an export reads everything
SELECT name FROM hardware WHERE name <> '' ORDER BY name;
