-- The load shapes of absorbed runs.
-- scan: an export reads everything
SELECT v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, absorbed_stage.seq, absorbed_stage.seconds,
       absorbed_stage.vus
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN absorbed_stage ON absorbed_stage.absorbed_id = absorbed_run.id
ORDER BY v_unit.number, absorbed_run.key, absorbed_stage.seq;
