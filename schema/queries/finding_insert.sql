INSERT INTO finding (code, severity, subject, message, expected, actual, source_id, run_id, sizing_run_id, locator,
                     absorbed_id, unit_id)
VALUES (:code, :severity, :subject, :message, :expected, :actual, :source, :run, :sizing_run, :locator,
        :absorbed, :unit);
