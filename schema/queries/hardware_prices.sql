-- What one kind of machine costs, and cost before; the last one said first.
SELECT hardware.name AS hardware, hardware_price.price, hardware_price.currency, hardware_price.said_ns
FROM hardware_price
JOIN hardware ON hardware.id = hardware_price.hardware_id
WHERE hardware_price.hardware_id = :hardware
ORDER BY hardware_price.seq DESC;
