SELECT unit_id FROM run WHERE id = :run;
