-- Units whose files are in one sizing run with this unit's: the JSON of a report, the report of a JSON.
SELECT other.unit_id
FROM source
JOIN sizing_run ON sizing_run.source_id = source.id
JOIN source AS other ON other.id = sizing_run.report_source_id
WHERE source.unit_id = :unit AND other.unit_id <> :unit
UNION
SELECT other.unit_id
FROM source
JOIN sizing_run ON sizing_run.report_source_id = source.id
JOIN source AS other ON other.id = sizing_run.source_id
WHERE source.unit_id = :unit AND other.unit_id <> :unit
ORDER BY 1;
