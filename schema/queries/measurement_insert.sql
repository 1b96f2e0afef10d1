INSERT INTO measurement (run_id, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator)
VALUES (:run, :quantity, :rank, :value, :low, :high, :origin, :formula, :source, :field, :digits, :locator);
