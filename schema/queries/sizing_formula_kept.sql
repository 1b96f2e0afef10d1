SELECT seq, scenario, name
FROM sizing_formula
WHERE sizing_run_id = :sizing_run
ORDER BY seq
