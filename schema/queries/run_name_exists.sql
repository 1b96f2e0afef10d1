SELECT 1 FROM run WHERE name = :name;
