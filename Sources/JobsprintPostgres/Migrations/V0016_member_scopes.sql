-- Why: keys from before that could do everything in their workspace can do everything with its members, too; those of the
-- operator also what concerns accounts. A key that was made for less gets nothing.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys
SET scopes = scopes || ARRAY['user:create', 'user:list', 'user:read', 'user:changeRole', 'user:delete']
WHERE scopes @> ARRAY[
  'workflow:create', 'workflow:read', 'workflow:update', 'workflow:delete', 'workflow:list',
  'workflow:activate', 'workflow:deactivate', 'workflow:execute', 'workflowTags:update', 'workflowTags:list',
  'execution:read', 'execution:list', 'execution:retry', 'execution:stop', 'execution:delete',
  'deadLetter:list', 'deadLetter:read', 'deadLetter:redrive', 'deadLetter:discard', 'tag:create', 'tag:read',
  'tag:update', 'tag:delete', 'tag:list', 'nodeType:list', 'apiKey:create', 'apiKey:list', 'apiKey:delete',
  'auditLog:list'
  ];
UPDATE jobsprint.api_keys SET scopes = scopes || ARRAY['user:disable', 'user:resetPassword']
WHERE scopes @> ARRAY['user:create', 'workspace:create'];
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
