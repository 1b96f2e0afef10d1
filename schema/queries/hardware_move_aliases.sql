-- Gives the aliases of one kind of machine to another.
UPDATE hardware_alias SET hardware_id = :to WHERE hardware_id = :from
