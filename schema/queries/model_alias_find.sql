SELECT model_id FROM model_alias WHERE alias = :alias;
