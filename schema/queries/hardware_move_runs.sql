-- Gives the runs of one kind of machine to another.
UPDATE run SET hardware_id = :to WHERE hardware_id = :from
