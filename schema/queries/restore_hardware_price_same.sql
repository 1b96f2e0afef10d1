-- Did somebody say this here too?
SELECT 1 FROM hardware_price
WHERE hardware_id = :hardware AND price = :price AND currency = :currency AND said_ns = :said_at
LIMIT 1;
