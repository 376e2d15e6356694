-- Why: a key may do what its scopes say (their names, with spaces between), until it expires. Keys from before could do
-- everything and never expired; they go on so. The index serves the list of a workspace's keys.
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
UPDATE api_keys SET scopes =
  'workflow:create workflow:read workflow:update workflow:delete workflow:list workflow:activate '
  || 'workflow:deactivate workflow:execute workflowTags:update workflowTags:list execution:read '
  || 'execution:list execution:retry execution:stop execution:delete tag:create tag:read tag:update '
  || 'tag:delete tag:list nodeType:list apiKey:create apiKey:list apiKey:delete auditLog:list '
  || 'workspace:create workspace:list workspace:update';
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);
