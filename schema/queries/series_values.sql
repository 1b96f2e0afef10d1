-- One quantity of every run on one kind of machine: out of the index alone.
SELECT measurement.run_id, measurement.value
FROM hardware
JOIN run ON run.hardware_id = hardware.id
JOIN measurement ON measurement.quantity_id = :quantity AND measurement.run_id = run.id AND measurement.rank = 0
WHERE hardware.name = :hardware
