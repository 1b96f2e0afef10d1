-- What a source turned out to be that was added before its bytes had been seen.
UPDATE source SET sha256 = :sha256, size = :size, redactions = :redactions WHERE id = :source;
