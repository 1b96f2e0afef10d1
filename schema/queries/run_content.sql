SELECT content FROM run WHERE name = :name;
