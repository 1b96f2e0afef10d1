-- What sources say about models.
-- scan: an export reads everything
SELECT model.name AS model, model_fact.name, model_fact.value, model_fact.unit, source.path AS source,
       source.sha256 AS source_sha256, model_fact.locator
FROM model_fact
JOIN model ON model.id = model_fact.model_id
JOIN source ON source.id = model_fact.source_id
ORDER BY model.name, model_fact.name, model_fact.value, source.sha256;
