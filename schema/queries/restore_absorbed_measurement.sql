INSERT INTO absorbed_measurement (absorbed_id, quantity_id, rank, value, low, high, origin, formula, source_id,
                                  field_id, digits, locator)
VALUES (:absorbed, :quantity, :rank, :value, :low, :high, :origin, :formula, :source_sha256, :field, :source_value,
        :locator)
ON CONFLICT DO NOTHING RETURNING 1;
