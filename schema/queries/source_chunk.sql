SELECT raw_size, packed FROM source_chunk WHERE source_id = :source AND seq = :seq;
