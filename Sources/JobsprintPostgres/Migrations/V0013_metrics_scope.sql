-- Why: keys of the installation's operator, from before, may also read what its processes do.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys SET scopes = scopes || 'metrics:read'::text
WHERE 'workspace:list' = ANY (scopes) AND NOT 'metrics:read' = ANY (scopes);
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
