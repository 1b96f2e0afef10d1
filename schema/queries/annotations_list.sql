-- What people said of results, with the start of the session that it names.
-- scan: a list of all, and there are few
SELECT annotation.id, annotation.kind, annotation.session, annotation.run, annotation.hardware, annotation.model,
       annotation.workload, annotation.filter, annotation.metric, annotation.stat, annotation.reason, annotation.author,
       annotation.undone_by, annotation.undone_why, annotation.created_ns, annotation.undone_ns, session.started_ns
FROM annotation
LEFT JOIN session ON session.name = annotation.session
ORDER BY annotation.id;
