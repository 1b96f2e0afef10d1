-- The start of a session when runs have left it.
UPDATE session
SET started_ns = (SELECT min(started)
                  FROM (SELECT min(run.started_ns) AS started
                        FROM run
                        WHERE run.session_id = :session
                        UNION ALL
                        SELECT min(absorbed_run.started_ns)
                        FROM run
                        JOIN absorbed_run ON absorbed_run.into_run_id = run.id
                        WHERE run.session_id = :session))
WHERE id = :session;
