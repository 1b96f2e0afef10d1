INSERT INTO hardware_price (hardware_id, seq, said_ns, price, currency)
VALUES (:hardware, :seq, :said_at, :price, :currency)
ON CONFLICT DO NOTHING RETURNING 1;
