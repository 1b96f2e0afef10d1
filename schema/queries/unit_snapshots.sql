-- The expositions of a unit's files.
SELECT snapshot.id, snapshot.source_id
FROM source
JOIN snapshot ON snapshot.source_id = source.id
WHERE source.unit_id = :unit
ORDER BY snapshot.id;
