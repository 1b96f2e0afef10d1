-- Gives the facts of one kind of machine to another.
UPDATE OR REPLACE hardware_fact SET hardware_id = :to WHERE hardware_id = :from
