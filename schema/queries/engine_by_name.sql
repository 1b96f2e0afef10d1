SELECT id FROM engine WHERE name = :name;
