INSERT INTO series_pack (series, hash, packed) VALUES (:series, :hash, :packed) RETURNING id;
