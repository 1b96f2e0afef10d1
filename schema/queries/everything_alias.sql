-- The user's aliases of names in sources.
-- scan: an export reads everything
SELECT format, alias, target, unit FROM alias ORDER BY format, alias;
