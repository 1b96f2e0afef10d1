-- Every finding but those about an export of a whole warehouse itself.
-- scan: an export reads everything
SELECT finding.code, finding.severity, finding.subject, finding.message,
       finding.expected, finding.actual, source.path AS source, finding.locator,
       coalesce(run.name, sizing_run.name, '') AS run, coalesce(sizing_run.name, '') AS sizing_run,
       v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, brought.number AS unit,
       source.sha256 AS source_sha256
FROM finding
JOIN source ON source.id = finding.source_id
JOIN unit ON unit.id = source.unit_id AND unit.carries = 0
LEFT JOIN run ON run.id = finding.run_id
LEFT JOIN sizing_run ON sizing_run.id = finding.sizing_run_id
LEFT JOIN absorbed_run ON absorbed_run.id = finding.absorbed_id
LEFT JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
LEFT JOIN v_unit AS brought ON brought.unit_id = finding.unit_id
ORDER BY source.sha256, run.name, sizing_run.name, finding.code, finding.subject, finding.locator, finding.message,
         finding.severity, finding.expected, finding.actual, v_unit.number, absorbed_run.key, brought.number;
