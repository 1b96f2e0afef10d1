DELETE FROM model_fact WHERE source_id IN (SELECT id FROM source WHERE unit_id = :unit);
