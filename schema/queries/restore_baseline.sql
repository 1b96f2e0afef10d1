-- As another warehouse has it, unless its name stands for something here.
INSERT INTO baseline (name, session, rolling, filter, reason, author, created_ns, cleared_ns, cleared_by, cleared_why)
VALUES (:name, :session, :rolling, :filter, :reason, :author, :created_at, :cleared_at, :cleared_by, :cleared_why)
ON CONFLICT DO NOTHING RETURNING 1;
