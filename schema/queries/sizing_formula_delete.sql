DELETE FROM sizing_formula WHERE sizing_run_id = :sizing_run AND seq = :at;
