-- The points of runs, packed.
-- scan: an export reads everything
SELECT run.name AS run, sample_chunk.seq, sample_chunk.points, sample_chunk.first_ns AS first_at,
       sample_chunk.last_ns AS last_at, sample_chunk.packed
FROM run
CROSS JOIN sample_chunk ON sample_chunk.run_id = run.id
ORDER BY run.name, sample_chunk.seq;
