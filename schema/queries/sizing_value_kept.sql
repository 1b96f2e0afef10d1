-- What a sizing run says already, to compare another file with it.
SELECT seq, scenario, section, name, value, low, high, source_value, source_unit, locator
FROM sizing_value
WHERE sizing_run_id = :sizing_run
ORDER BY seq
