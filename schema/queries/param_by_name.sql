SELECT id FROM param WHERE name = :name;
