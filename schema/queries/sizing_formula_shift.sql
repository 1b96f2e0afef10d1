-- Makes room before the formulas of a sizing run.
UPDATE sizing_formula SET seq = seq + :by WHERE sizing_run_id = :sizing_run;
