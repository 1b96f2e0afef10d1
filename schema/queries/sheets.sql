-- Every sizing run with what it is about.
-- scan: a list of all sizing runs
SELECT sizing_run.id, sizing_run.name, sizing_run.model, sizing_run.server, model.name AS known_model,
       hardware.name AS hardware, sizing_run.generation, sizing_run.taken_ns, source.path AS source,
       coalesce(report.path, '') AS report,
       (SELECT count(*) FROM finding WHERE finding.sizing_run_id = sizing_run.id) AS findings
FROM sizing_run
JOIN model ON model.id = sizing_run.model_id
JOIN hardware ON hardware.id = sizing_run.hardware_id
JOIN source ON source.id = sizing_run.source_id
LEFT JOIN source AS report ON report.id = sizing_run.report_source_id
ORDER BY sizing_run.taken_ns IS NULL, sizing_run.taken_ns, sizing_run.id
