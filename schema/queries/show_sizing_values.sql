-- The values of one sizing run; of those that its other file says, the place names that file.
SELECT sizing_value.scenario, sizing_value.section, sizing_value.name, sizing_value.value, sizing_value.text,
       sizing_value.unit, sizing_value.origin, sizing_value.source_name, sizing_value.source_value,
       CASE WHEN sizing_value.source_id = sizing_run.source_id THEN sizing_value.locator
            ELSE source.path || ' ' || sizing_value.locator END
FROM sizing_value
JOIN sizing_run ON sizing_run.id = sizing_value.sizing_run_id
JOIN source ON source.id = sizing_value.source_id
WHERE sizing_value.sizing_run_id = :sizing_run
ORDER BY sizing_value.seq
