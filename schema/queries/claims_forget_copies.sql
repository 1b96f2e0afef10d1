-- Suspicions of copies that name a run which is no more.
DELETE FROM finding WHERE code = 'identical-values' AND actual = :name;
