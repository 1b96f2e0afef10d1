INSERT INTO metric (name, unit, direction, floor, canonical, label_en, label_pt, label_ru, definition, reference)
VALUES (:name, :unit, :direction, :floor, 0, :label_en, :label_pt, :label_ru, :definition, :reference)
ON CONFLICT DO NOTHING RETURNING 1;
