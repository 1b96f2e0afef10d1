-- One row a sample of a Prometheus or OpenMetrics snapshot: name and labels as written, the family that it belongs to, and
-- the value; 'special' is NaN, +Inf or -Inf where 'value' is NULL.
CREATE VIEW v_series AS
SELECT snapshot.id AS snapshot_id,
       source.path AS source,
       strftime('%Y-%m-%dT%H:%M:%SZ', snapshot.taken_ns / 1000000000, 'unixepoch') AS taken_at,
       sample_pack.seq + sample.place AS seq,
       family.name AS family,
       family.type,
       family.unit,
       sample.name,
       sample.labels,
       sample.value,
       sample.special,
       sample.time_ns,
       sample.exemplar,
       sample.line
FROM sample_pack
JOIN snapshot ON snapshot.id = sample_pack.snapshot_id
JOIN source ON source.id = snapshot.source_id
JOIN series_pack ON series_pack.id = sample_pack.series_pack_id
JOIN unpack_samples(series_pack.packed, sample_pack.packed) AS sample
JOIN family ON family.id = sample.family_id;
