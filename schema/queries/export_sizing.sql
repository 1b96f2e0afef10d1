-- Every value of every sizing run.
-- scan: an export reads everything
SELECT sizing_run.name AS sizing_run, sizing_run.model, sizing_run.server, sizing_value.scenario, sizing_value.section,
       sizing_value.name, sizing_value.value, sizing_value.text, sizing_value.unit, sizing_value.origin,
       source.path AS source, sizing_value.source_name, sizing_value.source_value, sizing_value.source_unit,
       sizing_value.locator
FROM sizing_run
JOIN sizing_value ON sizing_value.sizing_run_id = sizing_run.id
JOIN source ON source.id = sizing_value.source_id
ORDER BY sizing_run.source_id, sizing_run.id, sizing_value.seq
