DELETE FROM meta WHERE name = 'view.' || :view;
