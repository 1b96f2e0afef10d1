SELECT 1 FROM hardware_alias WHERE alias = :alias AND hardware_id = :hardware;
