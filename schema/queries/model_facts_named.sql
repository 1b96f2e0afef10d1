-- What sources say about one model, the newest source last.
SELECT model_fact.name, model_fact.value, model_fact.unit, source.path AS source, model_fact.locator
FROM model
JOIN model_fact ON model_fact.model_id = model.id
JOIN source ON source.id = model_fact.source_id
WHERE model.name = :model
ORDER BY source.id, model_fact.name, model_fact.value
