-- One row an import: its number in order of time, and what was imported.  An export of a whole warehouse is none; what it
-- told of is.
CREATE VIEW v_unit AS
SELECT unit.id AS unit_id,
       row_number() OVER (ORDER BY unit.imported_ns, unit.path, unit.context,
                                   (SELECT source.sha256 FROM unit_source
                                    JOIN source ON source.id = unit_source.source_id
                                    WHERE unit_source.unit_id = unit.id
                                    ORDER BY unit_source.seq LIMIT 1), unit.id) AS number,
       unit.path,
       unit.imported_ns
FROM unit
WHERE unit.carries = 0;
