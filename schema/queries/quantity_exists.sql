-- Is a metric measured by this statistic, or by any ('')?
SELECT 1 FROM quantity WHERE metric_id = :metric AND (stat = :stat OR :stat = '') LIMIT 1;
