SELECT id FROM series_pack WHERE hash = :hash AND packed = :packed;
