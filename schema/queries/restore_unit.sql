-- A unit that an export tells of.
INSERT INTO unit (path, context, imported_ns, via_id)
VALUES (:path, :context, :imported_at, :via)
ON CONFLICT DO NOTHING RETURNING id;
