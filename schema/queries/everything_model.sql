-- Models.
-- scan: an export reads everything
SELECT name FROM model WHERE name <> '' ORDER BY name;
