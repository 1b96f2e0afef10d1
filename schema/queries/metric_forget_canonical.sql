-- Before the dictionary is written anew: what it no longer has is an ordinary metric.
-- scan: the table of metrics is small, and this runs once a program version
UPDATE metric SET canonical = 0 WHERE canonical = 1;
