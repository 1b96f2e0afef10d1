SELECT id FROM quantity
WHERE metric_id = :metric AND stat = :stat AND scope = :scope AND population = :population;
