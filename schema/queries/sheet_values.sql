-- What a sizing run says, in its order.
SELECT scenario, section, name, unit, value, low, high, text, source_name, source_value, source_unit, locator
FROM sizing_value
WHERE sizing_run_id = :sizing_run
ORDER BY seq
