-- Says a price; it holds from now on.
INSERT INTO hardware_price (hardware_id, seq, said_ns, price, currency)
VALUES (:hardware, (SELECT coalesce(max(seq), 0) + 1 FROM hardware_price WHERE hardware_id = :hardware),
        :said, :price, :currency);
