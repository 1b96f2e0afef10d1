-- The same is here: it is undone when it was undone there.
UPDATE annotation SET undone_ns = :undone_at, undone_by = :undone_by, undone_why = :undone_why
WHERE created_ns = :created_at AND kind = :kind AND session = :session AND run = :run AND hardware = :hardware
      AND model = :model AND workload = :workload AND filter = :filter AND metric = :metric AND stat = :stat
      AND reason = :reason AND author = :author AND undone_ns IS NULL AND :undone_at IS NOT NULL
RETURNING 1;
