-- Every sample of every exposition, as the statement of the snapshots numbers them.  The snapshots are sorted, with a limit
-- that keeps them so; their packs come in the order of their key, the samples of a pack in theirs.  To sort all would hold
-- all.
-- scan: an export reads everything
SELECT source.path AS source, numbered.taken_ns AS taken_at, sample.name, family.type, sample.labels,
       CASE sample.special WHEN '+Inf' THEN 9e999 WHEN '-Inf' THEN -9e999 ELSE sample.value END AS value,
       sample.time_ns AS time, sample.line, source.sha256 AS source_sha256, numbered.number AS snapshot,
       sample_pack.seq + sample.place AS seq, family.name AS family, family.help, family.unit, sample.exemplar
FROM (SELECT snapshot.id, snapshot.source_id, snapshot.taken_ns, origin.sha256,
             row_number() OVER (PARTITION BY snapshot.source_id ORDER BY snapshot.taken_ns, snapshot.syntax, snapshot.id) AS number
      FROM snapshot
      JOIN source AS origin ON origin.id = snapshot.source_id
      ORDER BY origin.sha256, number
      LIMIT 9223372036854775807) AS numbered
CROSS JOIN source ON source.id = numbered.source_id
CROSS JOIN sample_pack ON sample_pack.snapshot_id = numbered.id
CROSS JOIN series_pack ON series_pack.id = sample_pack.series_pack_id
CROSS JOIN unpack_samples(series_pack.packed, sample_pack.packed) AS sample
CROSS JOIN family ON family.id = sample.family_id;
