-- The timelines of absorbed runs.
-- scan: an export reads everything
SELECT v_unit.number AS absorbed_unit, absorbed_run.key AS absorbed_key, 
       absorbed_timeline.elapsed_s, absorbed_timeline.vus, absorbed_timeline.iterations, absorbed_timeline.interrupted,
       absorbed_timeline.requests, absorbed_timeline.failed, absorbed_timeline.latency_mean_s, absorbed_timeline.latency_p95_s, absorbed_timeline.seq
FROM absorbed_run
JOIN v_unit ON v_unit.unit_id = absorbed_run.unit_id
JOIN absorbed_timeline ON absorbed_timeline.absorbed_id = absorbed_run.id
ORDER BY v_unit.number, absorbed_run.key, absorbed_timeline.seq;
