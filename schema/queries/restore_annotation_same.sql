SELECT 1 FROM annotation
WHERE created_ns = :created_at AND kind = :kind AND session = :session AND run = :run AND hardware = :hardware
      AND model = :model AND workload = :workload AND filter = :filter AND metric = :metric AND stat = :stat
      AND reason = :reason AND author = :author;
