-- How sizing runs say that they came to their results.
-- scan: an export reads everything
SELECT sizing_run.name AS sizing_run, sizing_formula.seq, sizing_formula.scenario, sizing_formula.name,
       sizing_formula.formula, sizing_formula.explanation, source.path AS source, source.sha256 AS source_sha256,
       sizing_formula.locator
FROM sizing_run
CROSS JOIN sizing_formula ON sizing_formula.sizing_run_id = sizing_run.id
JOIN source ON source.id = sizing_formula.source_id
ORDER BY sizing_run.name, sizing_formula.seq;
