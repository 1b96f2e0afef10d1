-- Every sample of every exposition.
-- scan: an export reads everything
SELECT source.path AS source, snapshot.taken_ns, series.name, family.type, series.labels, sample.value,
       sample.special, sample.time_ns, sample.line
FROM snapshot
JOIN source ON source.id = snapshot.source_id
JOIN sample ON sample.snapshot_id = snapshot.id
JOIN series ON series.id = sample.series_id
JOIN family ON family.id = series.family_id
ORDER BY snapshot.id, sample.seq
