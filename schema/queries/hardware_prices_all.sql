-- What each kind of machine costs: of each the price that was said last.
-- scan: a list of all prices
SELECT hardware.name AS hardware, hardware_price.price, hardware_price.currency, hardware_price.said_ns
FROM hardware_price
JOIN hardware ON hardware.id = hardware_price.hardware_id
WHERE hardware_price.seq = (SELECT max(seq) FROM hardware_price AS other
                            WHERE other.hardware_id = hardware_price.hardware_id)
ORDER BY hardware.name;
