-- The unit of a metric of which only counts were known.
UPDATE metric SET unit = :unit WHERE id = :id;
