-- Nothing where the same was said at the same time.
INSERT INTO baseline (name, session, rolling, filter, reason, author, created_ns, cleared_by, cleared_why)
VALUES (:name, :session, :rolling, :filter, :reason, :author, :created, '', '')
ON CONFLICT DO NOTHING RETURNING id;
