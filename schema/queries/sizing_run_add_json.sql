-- A sizing run of a report becomes that of the JSON file.
UPDATE sizing_run
SET report_source_id = source_id, source_id = :source, model = :model, server = :server, generation = :generation
WHERE id = :sizing_run;
