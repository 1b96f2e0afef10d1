SELECT id FROM session WHERE name = :name;
