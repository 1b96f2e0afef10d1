-- The session of every warning and error about a run.
-- scan: counts over all findings
SELECT run.session_id
FROM finding
JOIN run ON run.id = finding.run_id
WHERE finding.severity <> 'info'
