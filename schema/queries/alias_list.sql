-- The user's own aliases.
-- scan: a list of all aliases
SELECT format, alias, target, unit FROM alias ORDER BY format, alias
