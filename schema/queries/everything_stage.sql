-- The load shapes of runs.
-- scan: an export reads everything
SELECT run.name AS run, load_stage.seq, load_stage.seconds, load_stage.vus
FROM run
CROSS JOIN load_stage ON load_stage.run_id = run.id
ORDER BY run.name, load_stage.seq;
