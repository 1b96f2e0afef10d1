-- Is there any run that only a report tells of, absorbed or not?
SELECT EXISTS (SELECT 1 FROM run WHERE claims = 1 AND session_id > 0)
    OR EXISTS (SELECT 1 FROM absorbed_run WHERE id > 0);
