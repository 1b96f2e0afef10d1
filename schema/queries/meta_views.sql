-- Names of the views that the database was given; 'view/' is the text behind all 'view.'.
SELECT substr(name, 6) FROM meta WHERE name >= 'view.' AND name < 'view/' ORDER BY name;
