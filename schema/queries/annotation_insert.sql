-- Nothing where the same was said at the same time.
INSERT INTO annotation (kind, session, run, hardware, model, workload, filter, metric, stat, reason, author, created_ns,
                        undone_by, undone_why)
VALUES (:kind, :session, :run, :hardware, :model, :workload, :filter, :metric, :stat, :reason, :author, :created, '', '')
ON CONFLICT DO NOTHING RETURNING id;
