UPDATE annotation SET undone_ns = :undone, undone_by = :author, undone_why = :reason WHERE id = :id AND undone_ns IS NULL;
