SELECT id FROM series
WHERE hash = :hash AND family_id = :family AND name = :name AND labels = :labels;
