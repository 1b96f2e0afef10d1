-- The same is here: what was undone in either warehouse is undone.
UPDATE annotation
SET undone_ns = coalesce(undone_ns, :undone_at),
    undone_by = CASE WHEN undone_ns IS NULL THEN :undone_by ELSE undone_by END,
    undone_why = CASE WHEN undone_ns IS NULL THEN :undone_why ELSE undone_why END
WHERE created_ns = :created_at AND kind = :kind AND session = :session AND run = :run AND hardware = :hardware
      AND model = :model AND workload = :workload AND filter = :filter AND metric = :metric AND stat = :stat
      AND reason = :reason AND author = :author
RETURNING 1;
