-- A metric that a source brought along.
INSERT INTO metric (name, unit, direction, floor, canonical, label_en, label_pt, label_ru, definition, reference)
VALUES (:name, :unit, 'neutral', 0, 0, '', '', '', '', '') RETURNING id;
