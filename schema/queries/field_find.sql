SELECT id FROM field WHERE name = :name AND unit = :unit;
