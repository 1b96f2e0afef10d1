-- The tool's own pass and fail rules of one run.
SELECT metric, expression, state, locator FROM threshold WHERE run_id = :run ORDER BY seq
