-- What kinds of machines cost, numbered anew from 1.
-- scan: an export reads everything
SELECT hardware.name AS hardware,
       row_number() OVER (PARTITION BY hardware_price.hardware_id ORDER BY hardware_price.seq) AS seq,
       hardware_price.said_ns AS said_at, hardware_price.price, hardware_price.currency
FROM hardware_price
JOIN hardware ON hardware.id = hardware_price.hardware_id
ORDER BY hardware.name, hardware_price.seq;
