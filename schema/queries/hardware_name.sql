SELECT name FROM hardware WHERE id = :id;
