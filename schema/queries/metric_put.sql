-- A metric of the dictionary.
INSERT INTO metric (name, unit, direction, floor, canonical, label_en, label_pt, label_ru, definition, reference)
VALUES (:name, :unit, :direction, :floor, 1, :label_en, :label_pt, :label_ru, :definition, :reference)
ON CONFLICT (name) DO UPDATE SET
    unit = excluded.unit,
    direction = excluded.direction,
    floor = excluded.floor,
    canonical = 1,
    label_en = excluded.label_en,
    label_pt = excluded.label_pt,
    label_ru = excluded.label_ru,
    definition = excluded.definition,
    reference = excluded.reference;
