-- Removes one of the user's aliases.
DELETE FROM alias WHERE format = :format AND alias = :alias RETURNING alias
