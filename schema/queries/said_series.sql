SELECT snapshot.taken_ns, snapshot.syntax, sample_pack.seq, sample.family_id, sample.name, sample.labels, sample.value,
       sample.special, sample.time_ns, sample.exemplar, sample.line
FROM source
CROSS JOIN snapshot ON snapshot.source_id = source.id
CROSS JOIN sample_pack ON sample_pack.snapshot_id = snapshot.id
CROSS JOIN series_pack ON series_pack.id = sample_pack.series_pack_id
CROSS JOIN unpack_samples(series_pack.packed, sample_pack.packed) AS sample
WHERE source.unit_id = :unit
ORDER BY snapshot.source_id, snapshot.id, sample_pack.seq;
