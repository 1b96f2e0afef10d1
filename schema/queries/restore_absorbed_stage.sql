INSERT INTO absorbed_stage (absorbed_id, seq, seconds, vus)
VALUES (:absorbed, :seq, :seconds, :vus)
ON CONFLICT DO NOTHING RETURNING 1;
