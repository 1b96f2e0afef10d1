SELECT 1 FROM alias WHERE format = :format AND alias = :alias AND target = :target AND unit = :unit;
