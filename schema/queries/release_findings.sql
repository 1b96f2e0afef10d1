INSERT INTO finding (code, severity, subject, message, expected, actual, source_id, run_id, locator)
SELECT code, severity, subject, message, expected, actual, source_id, :run, locator
FROM absorbed_finding
WHERE absorbed_id = :absorbed
ORDER BY seq;
