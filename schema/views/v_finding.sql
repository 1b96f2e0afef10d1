-- One row a finding: what the warehouse noticed, about which run or sizing run (empty when about the file as a whole), and
-- where in which file.
CREATE VIEW v_finding AS
SELECT finding.id AS finding_id,
       finding.code,
       finding.severity,
       coalesce(run.name, '')        AS run,
       coalesce(sizing_run.name, '') AS sizing_run,
       finding.subject,
       finding.message,
       finding.expected,
       finding.actual,
       source.path                   AS source,
       finding.locator
FROM finding
JOIN source ON source.id = finding.source_id
LEFT JOIN run ON run.id = finding.run_id
LEFT JOIN sizing_run ON sizing_run.id = finding.sizing_run_id;
