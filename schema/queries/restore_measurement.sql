-- A number that came out of another warehouse's measurements gets its first source back before its place: see
-- export_measurements.sql.
INSERT INTO measurement (run_id, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator)
SELECT :run, :quantity, :rank, :value, :low, :high, :origin, :formula, source.id, :field, :source_value,
       CASE WHEN source.format = 'benchkeep' AND :source <> source.path THEN :source || ': ' || :locator
            ELSE :locator END
FROM source
WHERE source.id = :source_sha256
ON CONFLICT DO NOTHING RETURNING 1;
