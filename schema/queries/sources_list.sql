-- Every imported file.
-- scan: a list of all sources
SELECT source.id, source.path, source.format, source.size, unit.imported_ns, source.sha256, source.redactions,
       (SELECT count(*) FROM source_place WHERE source_place.source_id = source.id) AS places,
       (SELECT count(*) FROM finding WHERE finding.source_id = source.id AND finding.severity <> 'info') AS findings,
       coalesce((SELECT via.path FROM source AS via WHERE via.id = source.via_id), '') AS known_from
FROM source
JOIN unit ON unit.id = source.unit_id
ORDER BY source.id
