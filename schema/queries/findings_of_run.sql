-- The findings about one run.
SELECT finding.code, finding.severity, finding.subject, finding.message, finding.expected, finding.actual,
       source.path AS source, finding.locator
FROM finding
JOIN source ON source.id = finding.source_id
WHERE finding.run_id = :run
ORDER BY CASE finding.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, source.unit_id,
         finding.id
