-- Gives the sizing runs of one kind of machine to another.
UPDATE sizing_run SET hardware_id = :to WHERE hardware_id = :from
