-- Every sample of every exposition.  The samples of a pack come in their order.
-- scan: an export reads everything
SELECT source.path AS source, snapshot.taken_ns, sample.name, family.type, sample.labels, sample.value, sample.special,
       sample.time_ns, sample.line
FROM snapshot
CROSS JOIN source ON source.id = snapshot.source_id
CROSS JOIN sample_pack ON sample_pack.snapshot_id = snapshot.id
CROSS JOIN series_pack ON series_pack.id = sample_pack.series_pack_id
CROSS JOIN unpack_samples(series_pack.packed, sample_pack.packed) AS sample
CROSS JOIN family ON family.id = sample.family_id
ORDER BY snapshot.id, sample_pack.seq
