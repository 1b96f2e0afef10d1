SELECT id, unit FROM metric WHERE name = :name;
