SELECT id FROM model WHERE name = :name;
