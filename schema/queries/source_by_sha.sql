SELECT id FROM source WHERE sha256 = :sha256;
