-- But for the suspicion that its numbers are copies of another unit's, which is looked into again when it is released.
INSERT INTO absorbed_finding (absorbed_id, seq, code, severity, subject, message, expected, actual, source_id, locator)
SELECT :absorbed, id, code, severity, subject, message, expected, actual, source_id, locator
FROM finding
WHERE run_id = :run
  AND NOT (code = 'identical-values' AND EXISTS (SELECT 1 FROM run WHERE run.name = finding.actual));
