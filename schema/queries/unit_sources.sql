-- The files of a unit in their order; 'own' is 1 when the unit brought the file first.
SELECT source.id, source.sha256, unit_source.path, source.format, source.importer_version, source.size,
       source.redactions, source.unit_id = :unit AS own
FROM unit_source
JOIN source ON source.id = unit_source.source_id
WHERE unit_source.unit_id = :unit
ORDER BY unit_source.seq;
