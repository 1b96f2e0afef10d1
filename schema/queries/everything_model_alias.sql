-- Other names of models.
-- scan: an export reads everything
SELECT model_alias.alias, model.name AS model, model_alias.origin
FROM model_alias
JOIN model ON model.id = model_alias.model_id
ORDER BY model_alias.alias;
