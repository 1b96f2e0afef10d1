-- One row a number or text of a sizing run: its inputs (scenario '') and the results of each scenario.  'value' is in the
-- base unit and NULL for a text, which stands in 'text'.
CREATE VIEW v_sizing AS
SELECT sizing_run.name AS sizing_run,
       sizing_run.model,
       sizing_run.server,
       sizing_run.generation,
       sizing_value.scenario,
       sizing_value.section,
       sizing_value.name,
       sizing_value.value,
       sizing_value.text,
       sizing_value.unit,
       sizing_value.low,
       sizing_value.high,
       sizing_value.origin,
       source.path     AS source,
       sizing_value.source_name,
       sizing_value.source_value,
       sizing_value.source_unit,
       sizing_value.locator
FROM sizing_value
JOIN sizing_run ON sizing_run.id = sizing_value.sizing_run_id
JOIN source ON source.id = sizing_value.source_id;
