SELECT id FROM config WHERE canonical = :canonical;
