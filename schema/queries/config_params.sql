SELECT param.name, config_param.value, config_param.number
FROM config_param
JOIN param ON param.id = config_param.param_id
WHERE config_param.config_id = :config
ORDER BY param.name;
