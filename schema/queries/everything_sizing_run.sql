-- Every sizing run.
-- scan: an export reads everything
SELECT sizing_run.name AS sizing_run, sizing_run.model, sizing_run.server, model.name AS known_model,
       hardware.name AS hardware, sizing_run.generation, sizing_run.taken_ns AS taken_at, source.path AS source,
       source.sha256 AS source_sha256, report.sha256 AS report_sha256
FROM sizing_run
JOIN model ON model.id = sizing_run.model_id
JOIN hardware ON hardware.id = sizing_run.hardware_id
JOIN source ON source.id = sizing_run.source_id
LEFT JOIN source AS report ON report.id = sizing_run.report_source_id
ORDER BY sizing_run.name;
