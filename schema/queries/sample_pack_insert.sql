INSERT INTO sample_pack (snapshot_id, seq, samples, series_pack_id, packed)
VALUES (:snapshot, :seq, :samples, :series_pack, :packed);
