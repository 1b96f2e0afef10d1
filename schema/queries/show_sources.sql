-- The files of the unit that a run came with, then the reports that tell of it too, and where else the same bytes were found.
SELECT unit_source.path, source.format, source.size, source.sha256, source.redactions, unit.imported_ns,
       (SELECT count(*) FROM source_place WHERE source_place.source_id = source.id) AS places
FROM (SELECT 0 AS told, unit_id FROM run WHERE id = :run
      UNION
      SELECT 1, unit_id FROM absorbed_run WHERE into_run_id = :run) AS unit_of
JOIN unit ON unit.id = unit_of.unit_id
JOIN unit_source ON unit_source.unit_id = unit.id
JOIN source ON source.id = unit_source.source_id
ORDER BY unit_of.told, unit.id, unit_source.seq
