-- Removes a kind of machine that nothing belongs to any more.
DELETE FROM hardware WHERE id = :id
