SELECT snapshot.taken_ns, snapshot.syntax, sample.seq, sample.series_id, sample.value, sample.special, sample.time_ns,
       sample.exemplar, sample.line
FROM source
JOIN snapshot ON snapshot.source_id = source.id
JOIN sample ON sample.snapshot_id = snapshot.id
WHERE source.unit_id = :unit
ORDER BY snapshot.source_id, snapshot.id, sample.seq;
