INSERT INTO sizing_formula (sizing_run_id, seq, scenario, name, formula, explanation, source_id, locator)
VALUES (:sizing_run, :seq, :scenario, :name, :formula, :explanation, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
