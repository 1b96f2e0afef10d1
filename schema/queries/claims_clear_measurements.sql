-- Takes the numbers of absorbed runs out of the run that they stand under.
DELETE FROM measurement
WHERE run_id = :run AND rank > 0
  AND EXISTS (SELECT 1
              FROM absorbed_run
              JOIN absorbed_measurement AS claim ON claim.absorbed_id = absorbed_run.id
              WHERE absorbed_run.into_run_id = :run
                AND claim.quantity_id = measurement.quantity_id AND claim.source_id = measurement.source_id
                AND claim.locator = measurement.locator AND claim.value = measurement.value);
