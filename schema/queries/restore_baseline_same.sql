SELECT 1 FROM baseline
WHERE created_ns = :created_at AND name = :name AND session = :session AND rolling = :rolling AND filter = :filter
      AND reason = :reason AND author = :author;
