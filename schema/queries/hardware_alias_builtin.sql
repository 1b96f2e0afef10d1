INSERT INTO hardware_alias (alias, hardware_id, origin) VALUES (:alias, :hardware, 'builtin')
ON CONFLICT (alias) DO NOTHING;
