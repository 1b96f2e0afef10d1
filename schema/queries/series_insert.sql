INSERT INTO series (id, family_id, name, labels, hash) VALUES (:id, :family, :name, :labels, :hash);
