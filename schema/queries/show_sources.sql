-- The files of the unit that a run came with, and where else the same bytes were found.
SELECT unit_source.path, source.format, source.size, source.sha256, source.redactions, unit.imported_ns,
       (SELECT count(*) FROM source_place WHERE source_place.source_id = source.id) AS places
FROM run
JOIN unit ON unit.id = run.unit_id
JOIN unit_source ON unit_source.unit_id = run.unit_id
JOIN source ON source.id = unit_source.source_id
WHERE run.id = :run
ORDER BY unit_source.seq
