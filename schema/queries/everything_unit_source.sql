-- The sources of each unit in their order.
-- scan: an export reads everything
SELECT v_unit.number AS unit, unit_source.seq, source.sha256 AS source_sha256, unit_source.path
FROM v_unit
JOIN unit_source ON unit_source.unit_id = v_unit.unit_id
JOIN source ON source.id = unit_source.source_id
JOIN unit ON unit.id = source.unit_id AND unit.carries = 0
ORDER BY v_unit.number, unit_source.seq;
