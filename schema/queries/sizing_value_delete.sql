DELETE FROM sizing_value WHERE sizing_run_id = :sizing_run AND seq = :at;
