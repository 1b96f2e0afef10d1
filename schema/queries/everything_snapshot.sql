-- Every exposition, numbered within its source.
-- scan: an export reads everything
SELECT source.path AS source, source.sha256 AS source_sha256,
       row_number() OVER (PARTITION BY snapshot.source_id ORDER BY snapshot.taken_ns, snapshot.syntax, snapshot.id) AS snapshot,
       snapshot.syntax, snapshot.taken_ns AS taken_at
FROM snapshot
JOIN source ON source.id = snapshot.source_id
ORDER BY source.sha256, snapshot;
