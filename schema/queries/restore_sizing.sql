INSERT INTO sizing_value (sizing_run_id, seq, scenario, section, name, unit, value, low, high, text, origin,
                          source_name, source_value, source_unit, source_id, locator)
VALUES (:sizing_run, :seq, :scenario, :section, :name, :unit, :value, :low, :high, :text, :origin, :source_name,
        :source_value, :source_unit, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
