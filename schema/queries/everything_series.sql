-- Every sample of every exposition, as the statement of the snapshots numbers them.  The snapshots are sorted, with a limit
-- that keeps them so; their samples come in the order of their key.  To sort all would hold all.
-- scan: an export reads everything
SELECT source.path AS source, numbered.taken_ns AS taken_at, series.name, family.type, series.labels,
       CASE sample.special WHEN '+Inf' THEN 9e999 WHEN '-Inf' THEN -9e999 ELSE sample.value END AS value,
       sample.time_ns AS time, sample.line, source.sha256 AS source_sha256, numbered.number AS snapshot, sample.seq,
       family.name AS family, family.help, family.unit, sample.exemplar
FROM (SELECT snapshot.id, snapshot.source_id, snapshot.taken_ns, origin.sha256,
             row_number() OVER (PARTITION BY snapshot.source_id ORDER BY snapshot.taken_ns, snapshot.syntax, snapshot.id) AS number
      FROM snapshot
      JOIN source AS origin ON origin.id = snapshot.source_id
      ORDER BY origin.sha256, number
      LIMIT 9223372036854775807) AS numbered
CROSS JOIN sample ON sample.snapshot_id = numbered.id
CROSS JOIN source ON source.id = numbered.source_id
CROSS JOIN series ON series.id = sample.series_id
CROSS JOIN family ON family.id = series.family_id;
