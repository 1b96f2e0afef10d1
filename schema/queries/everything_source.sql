-- Every source.
-- scan: an export reads everything
SELECT source.sha256 AS source_sha256, source.path AS source, source.format, source.importer_version, source.size,
       source.redactions, v_unit.number AS unit
FROM source
JOIN v_unit ON v_unit.unit_id = source.unit_id
ORDER BY source.path, source.sha256;
