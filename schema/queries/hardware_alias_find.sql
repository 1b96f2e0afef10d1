-- Only users' aliases: the built-in ones follow the dictionary of the program.
SELECT hardware_id FROM hardware_alias WHERE alias = :alias AND origin = 'user';
