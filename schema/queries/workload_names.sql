-- scan: the names of all workloads
SELECT id, name FROM workload ORDER BY id
