-- What a unit says in sizing runs.
SELECT sizing_run.name AS sizing_run, sizing_value.scenario, sizing_value.section, sizing_value.name,
       coalesce(sizing_value.value, sizing_value.text) AS value, sizing_value.unit, sizing_value.origin,
       sizing_value.source_value, sizing_value.source_unit, sizing_value.locator
FROM source
JOIN sizing_value ON sizing_value.source_id = source.id
JOIN sizing_run ON sizing_run.id = sizing_value.sizing_run_id
WHERE source.unit_id = :unit
ORDER BY sizing_run.name, sizing_value.scenario, sizing_value.section, sizing_value.name, sizing_value.seq;
