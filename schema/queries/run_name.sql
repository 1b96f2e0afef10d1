SELECT name FROM run WHERE id = :id;
