-- The values of one sizing run.
SELECT scenario, section, name, value, text, unit, origin, source_name, source_value, locator
FROM sizing_value
WHERE sizing_run_id = :sizing_run
ORDER BY seq
