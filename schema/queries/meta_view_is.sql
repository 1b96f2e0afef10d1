-- Is the view in the database the one whose text has this hash?
SELECT 1 FROM meta WHERE name = 'view.' || :view AND value = :hash;
