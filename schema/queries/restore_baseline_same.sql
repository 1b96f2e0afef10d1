-- The same is here: what was cleared in either warehouse is cleared.
UPDATE baseline
SET cleared_ns = coalesce(cleared_ns, :cleared_at),
    cleared_by = CASE WHEN cleared_ns IS NULL THEN :cleared_by ELSE cleared_by END,
    cleared_why = CASE WHEN cleared_ns IS NULL THEN :cleared_why ELSE cleared_why END
WHERE created_ns = :created_at AND name = :name AND session = :session AND rolling = :rolling AND filter = :filter
      AND reason = :reason AND author = :author
RETURNING 1;
