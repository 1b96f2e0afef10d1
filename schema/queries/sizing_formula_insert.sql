INSERT INTO sizing_formula (sizing_run_id, seq, scenario, name, formula, explanation, locator)
VALUES (:sizing_run, :seq, :scenario, :name, :formula, :explanation, :locator);
