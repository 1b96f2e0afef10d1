SELECT count(*) FROM meta WHERE name >= 'view.' AND name < 'view/';
