DELETE FROM finding WHERE id = :at AND sizing_run_id = :sizing_run;
