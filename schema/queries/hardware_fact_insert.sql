INSERT INTO hardware_fact (hardware_id, name, value, unit, source_id, locator)
VALUES (:owner, :name, :value, :unit, :source, :locator)
ON CONFLICT DO NOTHING;
