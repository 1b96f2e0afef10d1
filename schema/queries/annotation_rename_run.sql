-- What people said of a run goes with it when it is called otherwise.
UPDATE annotation SET run = :to WHERE run = :from;
