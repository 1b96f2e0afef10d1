UPDATE absorbed_run SET into_run_id = :into WHERE id = :absorbed;
