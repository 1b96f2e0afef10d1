DELETE FROM absorbed_run WHERE id = :absorbed;
