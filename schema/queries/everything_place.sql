-- Where the bytes of sources were found again.
-- scan: an export reads everything
SELECT source.sha256 AS source_sha256, source_place.path, source_place.found_ns AS found_at
FROM source_place
JOIN source ON source.id = source_place.source_id
JOIN unit ON unit.id = source.unit_id AND unit.carries = 0
ORDER BY source.sha256, source_place.path;
