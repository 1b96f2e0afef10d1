INSERT INTO meta (name, value) VALUES ('view.' || :view, :hash)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
