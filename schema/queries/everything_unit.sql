-- What was imported as a whole.
-- scan: an export reads everything
SELECT v_unit.number AS unit, unit.path, unit.context, unit.imported_ns AS imported_at
FROM v_unit
JOIN unit ON unit.id = v_unit.unit_id
ORDER BY v_unit.number;
