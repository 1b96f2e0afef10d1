-- Every sizing run.
-- scan: a list of all sizing runs
SELECT sizing_run.name, sizing_run.model, sizing_run.server, sizing_run.taken_ns
FROM sizing_run
ORDER BY sizing_run.source_id, sizing_run.id
