-- The metrics that sources brought along; those of the dictionary are in the program.
-- scan: an export reads everything
SELECT name, unit, direction, floor, label_en, label_pt, label_ru, definition, reference
FROM metric
WHERE canonical = 0
ORDER BY name;
