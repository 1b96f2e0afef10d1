-- What the chunks of a run span, in order.
SELECT points, first_ns, last_ns FROM sample_chunk WHERE run_id = :run ORDER BY seq;
