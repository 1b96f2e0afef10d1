-- Every finding, the gravest first.
-- scan: a list of all findings
SELECT finding.id, finding.code, finding.severity, finding.subject, finding.message, finding.expected,
       finding.actual, source.path AS source, finding.locator, coalesce(run.name, sizing_run.name, '') AS run,
       finding.run_id, finding.sizing_run_id,
       coalesce(finding.run_id, (SELECT min(other.id) FROM run AS other WHERE other.unit_id = source.unit_id)) AS about_run
FROM finding
JOIN source ON source.id = finding.source_id
LEFT JOIN run ON run.id = finding.run_id
LEFT JOIN sizing_run ON sizing_run.id = finding.sizing_run_id
ORDER BY CASE finding.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, source.unit_id,
         finding.run_id IS NULL, finding.run_id, finding.sizing_run_id IS NULL, finding.sizing_run_id, finding.id
