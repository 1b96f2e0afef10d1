-- Every value of every sizing run.
-- scan: an export reads everything
SELECT sizing_run.name AS sizing_run, sizing_run.model, sizing_run.server, sizing_value.scenario, sizing_value.section,
       sizing_value.name, CASE WHEN sizing_value.value IS NULL THEN sizing_value.text ELSE sizing_value.value END AS value,
       sizing_value.unit, sizing_value.origin, source.path AS source, sizing_value.source_name,
       sizing_value.source_value, sizing_value.source_unit, sizing_value.locator, sizing_value.text,
       sizing_value.low, sizing_value.high, sizing_value.seq, source.sha256 AS source_sha256
FROM sizing_run
CROSS JOIN sizing_value ON sizing_value.sizing_run_id = sizing_run.id
JOIN source ON source.id = sizing_value.source_id
ORDER BY sizing_run.name, sizing_value.seq;
