-- The next pack of samples, for going through all of them.
SELECT sample_pack.id, source.path, sample_pack.seq, sample_pack.samples, series_pack.packed AS series, sample_pack.packed
FROM sample_pack
JOIN series_pack ON series_pack.id = sample_pack.series_pack_id
JOIN snapshot ON snapshot.id = sample_pack.snapshot_id
JOIN source ON source.id = snapshot.source_id
WHERE sample_pack.id > :after
ORDER BY sample_pack.id
LIMIT 1;
