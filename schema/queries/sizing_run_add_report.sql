UPDATE sizing_run SET report_source_id = :source WHERE id = :sizing_run;
