-- Adds or replaces one of the user's aliases.
INSERT INTO alias (format, alias, target, unit)
VALUES (:format, :alias, :target, :unit)
ON CONFLICT (format, alias) DO UPDATE SET target = excluded.target, unit = excluded.unit
