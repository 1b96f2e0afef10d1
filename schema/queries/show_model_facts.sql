-- What sources say about a run's model.
SELECT model_fact.name, model_fact.value, model_fact.unit, source.path AS source, model_fact.locator
FROM run
JOIN model_fact ON model_fact.model_id = run.model_id
JOIN source ON source.id = model_fact.source_id
WHERE run.id = :run
ORDER BY model_fact.name, model_fact.value
