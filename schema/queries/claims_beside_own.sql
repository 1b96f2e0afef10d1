-- What absorbed runs say beside what the run itself says of the same metric, stat and scope; several rows a claim when the
-- run has it for several populations, the claim's own first.
SELECT absorbed_run.id, claim.quantity_id, claim.rank, metric.name AS metric, quantity.stat, quantity.scope,
       quantity.unit, claim.value, claim.low, claim.high, claim.source_id, claim.locator, said.path AS said_in,
       own.value, own.low, own.high, own.locator, own.formula, measured.path AS measured_in
FROM absorbed_run
JOIN absorbed_measurement AS claim ON claim.absorbed_id = absorbed_run.id
JOIN source AS said ON said.id = claim.source_id
JOIN quantity ON quantity.id = claim.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN quantity AS same
    ON same.metric_id = quantity.metric_id AND same.stat = quantity.stat AND same.scope = quantity.scope
JOIN measurement AS own ON own.run_id = absorbed_run.into_run_id AND own.quantity_id = same.id AND own.rank = 0
JOIN source AS measured ON measured.id = own.source_id
WHERE absorbed_run.into_run_id = :run AND claim.digits <> ''
ORDER BY said.path, said.sha256, absorbed_run.id, metric.name, quantity.scope, quantity.stat, quantity.population,
         claim.rank, same.population <> quantity.population, same.population;
