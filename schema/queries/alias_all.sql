-- scan: the dictionary takes all of them
SELECT format, alias, target, unit FROM alias ORDER BY format, alias;
