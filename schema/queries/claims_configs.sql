-- The configs of the runs that a run absorbed, beside its own, and a source of each.
SELECT absorbed_run.id, absorbed_run.config_id, run.config_id AS own_config_id, source.id AS source_id, source.path
FROM run
JOIN absorbed_run ON absorbed_run.into_run_id = run.id
JOIN unit_source ON unit_source.unit_id = absorbed_run.unit_id AND unit_source.seq = 0
JOIN source ON source.id = unit_source.source_id
WHERE run.id = :run
ORDER BY source.path, source.sha256, absorbed_run.id;
