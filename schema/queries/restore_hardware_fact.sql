INSERT INTO hardware_fact (hardware_id, name, value, unit, source_id, locator)
VALUES (:hardware, :name, :value, :unit, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
