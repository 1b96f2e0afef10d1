-- A sizing run by its name.
SELECT sizing_run.id, sizing_run.name, sizing_run.model, sizing_run.server, sizing_run.generation,
       sizing_run.taken_ns, source.path AS source
FROM sizing_run
JOIN source ON source.id = sizing_run.source_id
WHERE sizing_run.name = :name
