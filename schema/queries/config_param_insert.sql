INSERT INTO config_param (config_id, param_id, value, number) VALUES (:config, :param, :value, :number);
