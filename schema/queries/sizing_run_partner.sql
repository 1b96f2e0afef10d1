-- The oldest sizing run of one calculation that still lacks the other kind of file: the JSON of a report, or the report
-- (':report' is 1) of a JSON.
SELECT sizing_run.id, sizing_run.source_id, source.path
FROM sizing_run
JOIN source ON source.id = sizing_run.source_id
WHERE sizing_run.model_id = :model AND sizing_run.hardware_id = :hardware AND sizing_run.taken_ns = :taken
      AND sizing_run.report_source_id IS NULL AND (sizing_run.generation = 'text') <> :report
ORDER BY sizing_run.id
LIMIT 1
