-- Why: keys of the installation's operator, from before, may also read what its processes do.
UPDATE api_keys SET scopes = scopes || ' metrics:read' WHERE ' ' || scopes || ' ' LIKE '% workspace:list %';
