SELECT id FROM series
WHERE family_id = :family AND hash = :hash AND name = :name AND labels = :labels;
