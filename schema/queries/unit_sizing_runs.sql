-- The sizing runs that a unit's files are in.
SELECT sizing_run.id, sizing_run.name
FROM source
JOIN sizing_run ON sizing_run.source_id = source.id
WHERE source.unit_id = :unit
UNION
SELECT sizing_run.id, sizing_run.name
FROM source
JOIN sizing_run ON sizing_run.report_source_id = source.id
WHERE source.unit_id = :unit
ORDER BY 1;
