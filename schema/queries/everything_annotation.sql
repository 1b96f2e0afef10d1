-- What people said of results.
-- scan: an export reads everything
SELECT kind, session, run, hardware, model, workload, filter, metric, stat, reason, author,
       created_ns AS created_at, undone_ns AS undone_at, undone_by, undone_why
FROM annotation
ORDER BY created_ns, kind, session, run, hardware, model, workload, filter, metric, stat, reason, author;
