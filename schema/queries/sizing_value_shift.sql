-- Makes room before the values of a sizing run.
UPDATE sizing_value SET seq = seq + :by WHERE sizing_run_id = :sizing_run;
