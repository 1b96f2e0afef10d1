-- Every number, run by run; the runs stand outside, so that only the numbers of one are sorted at a time.  One that came
-- out of another warehouse's measurements has its first source before its place: see export_measurements.sql.
-- scan: an export reads everything
SELECT session.name AS session, run.name AS run, hardware.name AS hardware, model.name AS model,
       engine.name AS engine, workload.name AS workload, config.canonical AS config, run.started_ns AS started_at,
       run.status,
       metric.name AS metric, quantity.stat, quantity.scope, quantity.population,
       measurement.value, quantity.unit, measurement.origin,
       CASE WHEN source.format = 'benchkeep' AND instr(measurement.locator, ': ') > 1
            THEN substr(measurement.locator, 1, instr(measurement.locator, ': ') - 1)
            ELSE source.path END AS source,
       field.name AS source_name, measurement.digits AS source_value,
       CASE WHEN source.format = 'benchkeep' AND instr(measurement.locator, ': ') > 1
            THEN substr(measurement.locator, instr(measurement.locator, ': ') + 2)
            ELSE measurement.locator END AS locator,
       field.unit AS source_unit, measurement.formula, measurement.low,
       measurement.high, measurement.rank, source.sha256 AS source_sha256
FROM run
CROSS JOIN measurement ON measurement.run_id = run.id
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN source ON source.id = measurement.source_id
JOIN field ON field.id = measurement.field_id
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id
ORDER BY run.name, metric.name, quantity.stat, quantity.scope, quantity.population, measurement.rank;
