-- The findings about one sizing run.
SELECT code, severity, subject, message, expected, actual, locator
FROM finding
WHERE sizing_run_id = :sizing_run
ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, id
