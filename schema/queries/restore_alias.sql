-- As another warehouse has it, unless this one says something itself.
INSERT INTO alias (format, alias, target, unit)
VALUES (:format, :alias, :target, :unit)
ON CONFLICT DO NOTHING RETURNING 1;
