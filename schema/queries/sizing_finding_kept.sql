SELECT id, code, subject
FROM finding
WHERE sizing_run_id = :sizing_run
ORDER BY id
