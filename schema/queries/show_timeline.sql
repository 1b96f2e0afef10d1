-- How long a run's timeline is and how far it went.
SELECT count(*) AS ticks, max(elapsed_s) AS elapsed_s, max(vus) AS vus, max(iterations) AS iterations,
       max(interrupted) AS interrupted
FROM timeline
WHERE run_id = :run
HAVING count(*) > 0
