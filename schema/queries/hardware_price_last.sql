-- What one machine of a kind costs an hour: what was said last.
SELECT seq, price, currency, said_ns FROM hardware_price
WHERE hardware_id = :hardware ORDER BY seq DESC LIMIT 1;
