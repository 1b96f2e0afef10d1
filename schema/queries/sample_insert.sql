INSERT INTO sample (snapshot_id, seq, series_id, value, special, time_ns, exemplar, line)
VALUES (:snapshot, :seq, :series, :value, :special, :time, :exemplar, :line);
