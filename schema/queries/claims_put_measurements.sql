-- Puts the numbers of absorbed runs behind the run's own: never rank 0.  The order does not depend on what came first.
INSERT INTO measurement (run_id, quantity_id, rank, value, low, high, origin, formula, source_id, field_id, digits, locator)
SELECT :run, claim.quantity_id,
       coalesce((SELECT max(own.rank) FROM measurement AS own
                 WHERE own.run_id = :run AND own.quantity_id = claim.quantity_id), 0)
           + row_number() OVER (PARTITION BY claim.quantity_id
                                ORDER BY source.path, source.sha256, claim.absorbed_id, claim.rank),
       claim.value, claim.low, claim.high, claim.origin, claim.formula, claim.source_id, claim.field_id, claim.digits,
       claim.locator
FROM absorbed_run
JOIN absorbed_measurement AS claim ON claim.absorbed_id = absorbed_run.id
JOIN source ON source.id = claim.source_id
WHERE absorbed_run.into_run_id = :run;
