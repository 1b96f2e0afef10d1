-- The findings that come from a unit: about its runs, its sizing runs and its files.
SELECT finding.code, finding.severity, finding.subject, finding.message, finding.expected, finding.actual,
       finding.locator, run.name AS about
FROM run
JOIN finding ON finding.run_id = run.id
WHERE run.unit_id = :unit AND finding.absorbed_id IS NULL
UNION ALL
SELECT finding.code, finding.severity, finding.subject, finding.message, finding.expected, finding.actual,
       finding.locator, run.name
FROM absorbed_run
JOIN finding ON finding.absorbed_id = absorbed_run.id
JOIN run ON run.id = finding.run_id
WHERE absorbed_run.unit_id = :unit
UNION ALL
SELECT finding.code, finding.severity, finding.subject, finding.message, finding.expected, finding.actual,
       finding.locator, sizing_run.name
FROM source
JOIN finding ON finding.source_id = source.id
JOIN sizing_run ON sizing_run.id = finding.sizing_run_id
WHERE source.unit_id = :unit
UNION ALL
SELECT finding.code, finding.severity, finding.subject, finding.message, finding.expected, finding.actual,
       finding.locator, ''
FROM finding
WHERE finding.unit_id = :unit
ORDER BY 1, 8, 3, 4, 7;
