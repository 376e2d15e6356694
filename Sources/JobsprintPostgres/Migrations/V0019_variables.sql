-- Why: variables of a workspace, which its workflows read as $vars.
CREATE TABLE jobsprint.variables (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX variables_by_key ON jobsprint.variables (workspace_id, key);
CALL jobsprint.guard('variables', 'jobsprint_api');
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.variables TO jobsprint_api;

-- Keys from before that could do everything in their workspace can do everything with its variables, too. A key that was
-- made for less gets nothing.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys
SET scopes = scopes || ARRAY[
  'variable:create', 'variable:update', 'variable:delete', 'variable:list'
]
WHERE scopes @> ARRAY[
  'workflow:create', 'workflow:read', 'workflow:update', 'workflow:delete', 'workflow:list',
  'workflow:activate', 'workflow:deactivate', 'workflow:execute', 'workflowTags:update', 'workflowTags:list',
  'execution:read', 'execution:list', 'execution:retry', 'execution:stop', 'execution:delete',
  'deadLetter:list', 'deadLetter:read', 'deadLetter:redrive', 'deadLetter:discard', 'tag:create', 'tag:read',
  'tag:update', 'tag:delete', 'tag:list', 'nodeType:list', 'apiKey:create', 'apiKey:list', 'apiKey:delete',
  'auditLog:list', 'user:create', 'user:list', 'user:read', 'user:changeRole', 'user:delete'
];
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
