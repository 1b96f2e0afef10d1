SELECT id FROM family WHERE name = :name AND type = :type AND help = :help AND unit = :unit;
