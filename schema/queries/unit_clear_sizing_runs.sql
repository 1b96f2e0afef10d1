DELETE FROM sizing_run WHERE source_id IN (SELECT id FROM source WHERE unit_id = :unit);
