-- One row a number: which run, which quantity, its value in the base unit with the bounds that its digits allow, and the
-- way back to the source: file, name, digits and unit as written, and the place in the file.  Rank 0 is the claim that
-- questions use; higher ranks are other claims of the same run about the same quantity.
CREATE VIEW v_measurement AS
SELECT run.id            AS run_id,
       run.name          AS run,
       session.name      AS session,
       hardware.name     AS hardware,
       model.name        AS model,
       engine.name       AS engine,
       workload.name     AS workload,
       replace(config.canonical, char(10), ' ') AS config,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.started_ns / 1000000000, 'unixepoch') AS started_at,
       run.status,
       metric.name       AS metric,
       quantity.stat,
       quantity.scope,
       quantity.population,
       measurement.value,
       quantity.unit,
       measurement.low,
       measurement.high,
       measurement.rank,
       measurement.origin,
       measurement.formula,
       source.path       AS source,
       source.sha256     AS source_sha256,
       field.name        AS source_name,
       measurement.digits AS source_value,
       field.unit        AS source_unit,
       measurement.locator
FROM measurement
JOIN quantity ON quantity.id = measurement.quantity_id
JOIN metric ON metric.id = quantity.metric_id
JOIN field ON field.id = measurement.field_id
JOIN source ON source.id = measurement.source_id
JOIN run ON run.id = measurement.run_id
JOIN session ON session.id = run.session_id
JOIN hardware ON hardware.id = run.hardware_id
JOIN model ON model.id = run.model_id
JOIN engine ON engine.id = run.engine_id
JOIN workload ON workload.id = run.workload_id
JOIN config ON config.id = run.config_id;
