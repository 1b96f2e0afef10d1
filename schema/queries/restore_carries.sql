-- The unit at hand is an export of a whole warehouse.
UPDATE unit SET carries = 1 WHERE id = :unit;
