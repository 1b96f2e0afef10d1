UPDATE run SET name = :name WHERE id = :run;
