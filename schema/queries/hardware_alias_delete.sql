-- Removes an alias of a kind of machine.
DELETE FROM hardware_alias WHERE alias = :alias RETURNING alias
