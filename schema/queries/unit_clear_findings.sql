-- Those about its files as a whole; the others went with what they are about.
DELETE FROM finding WHERE unit_id = :unit;
