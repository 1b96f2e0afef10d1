SELECT packed FROM sample_chunk WHERE run_id = :run AND seq = :seq;
