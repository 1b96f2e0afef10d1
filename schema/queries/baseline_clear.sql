UPDATE baseline SET cleared_ns = :cleared, cleared_by = :author, cleared_why = :reason
WHERE name = :name AND cleared_ns IS NULL
RETURNING id;
