INSERT INTO unit (path, context, imported_ns) VALUES (:path, :context, :imported) RETURNING id;
