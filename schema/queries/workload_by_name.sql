SELECT id FROM workload WHERE name = :name;
