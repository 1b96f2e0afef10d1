-- The same is here: it is cleared when it was cleared there.
UPDATE baseline SET cleared_ns = :cleared_at, cleared_by = :cleared_by, cleared_why = :cleared_why
WHERE created_ns = :created_at AND name = :name AND session = :session AND rolling = :rolling AND filter = :filter
      AND reason = :reason AND author = :author AND cleared_ns IS NULL AND :cleared_at IS NOT NULL
RETURNING 1;
