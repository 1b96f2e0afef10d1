INSERT INTO absorbed_finding (absorbed_id, seq, code, severity, subject, message, expected, actual, source_id, locator)
VALUES (:absorbed, :seq, :code, :severity, :subject, :message, :expected, :actual, :source_sha256, :locator)
ON CONFLICT DO NOTHING RETURNING 1;
