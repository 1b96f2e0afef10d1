SELECT 1 FROM sizing_run WHERE name = :name;
