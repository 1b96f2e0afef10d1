DELETE FROM unit_source WHERE unit_id = :unit;
