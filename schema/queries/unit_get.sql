-- How a unit was imported.
SELECT path, context FROM unit WHERE id = :unit;
