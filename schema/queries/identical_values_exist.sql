SELECT EXISTS (SELECT 1 FROM finding WHERE code = 'identical-values');
