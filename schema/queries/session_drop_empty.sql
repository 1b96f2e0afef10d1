DELETE FROM session WHERE id = :session AND NOT EXISTS (SELECT 1 FROM run WHERE run.session_id = :session);
