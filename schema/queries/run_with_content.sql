-- What the run is called here that says the same as one of another warehouse: by that name, if it is.
SELECT name FROM run WHERE content = :content ORDER BY name <> :name, id LIMIT 1;
