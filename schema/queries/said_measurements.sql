-- What a run says itself: not what was taken over from the runs that it absorbed.
SELECT quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator
FROM measurement
WHERE run_id = :run
  AND (rank = 0
       OR NOT EXISTS (SELECT 1
                      FROM absorbed_run
                      JOIN absorbed_measurement AS claim ON claim.absorbed_id = absorbed_run.id
                      WHERE absorbed_run.into_run_id = :run
                        AND claim.quantity_id = measurement.quantity_id AND claim.source_id = measurement.source_id
                        AND claim.locator = measurement.locator AND claim.value = measurement.value))
ORDER BY quantity_id, rank;
