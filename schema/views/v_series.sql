-- One row a sample of a Prometheus or OpenMetrics snapshot: name and labels as written, the family that it belongs to, and
-- the value; 'special' is NaN, +Inf or -Inf where 'value' is NULL.
CREATE VIEW v_series AS
SELECT snapshot.id AS snapshot_id,
       source.path AS source,
       strftime('%Y-%m-%dT%H:%M:%SZ', snapshot.taken_ns / 1000000000, 'unixepoch') AS taken_at,
       sample.seq,
       family.name AS family,
       family.type,
       family.unit,
       series.name,
       series.labels,
       sample.value,
       sample.special,
       sample.time_ns,
       sample.exemplar,
       sample.line
FROM sample
JOIN snapshot ON snapshot.id = sample.snapshot_id
JOIN source ON source.id = snapshot.source_id
JOIN series ON series.id = sample.series_id
JOIN family ON family.id = series.family_id;
