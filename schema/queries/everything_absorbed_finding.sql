-- The findings of absorbed runs.  Their numbers are ids of findings that are no more; only the order counts.
-- scan: an export reads everything
SELECT v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, 
       row_number() OVER (PARTITION BY absorbed_run.id ORDER BY absorbed_finding.seq) AS seq,
       absorbed_finding.code, absorbed_finding.severity, absorbed_finding.subject, absorbed_finding.message,
       absorbed_finding.expected, absorbed_finding.actual, source.path AS source, absorbed_finding.locator,
       source.sha256 AS source_sha256
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN absorbed_finding ON absorbed_finding.absorbed_id = absorbed_run.id
JOIN source ON source.id = absorbed_finding.source_id
ORDER BY v_unit.number, absorbed_run.key, absorbed_finding.seq;
