-- As another warehouse has it, unless it is here.
INSERT INTO annotation (kind, session, run, hardware, model, workload, filter, metric, stat, reason, author,
                        created_ns, undone_ns, undone_by, undone_why)
VALUES (:kind, :session, :run, :hardware, :model, :workload, :filter, :metric, :stat, :reason, :author,
        :created_at, :undone_at, :undone_by, :undone_why)
ON CONFLICT DO NOTHING RETURNING 1;
