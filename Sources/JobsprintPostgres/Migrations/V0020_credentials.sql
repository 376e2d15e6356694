-- Why: what nodes sign in with elsewhere. The secrets are encrypted by the program with one of its own keys, which are not
-- in the database.
CREATE TABLE jobsprint.credentials (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  type text NOT NULL,
  -- Of the key of the installation's ring.
  key_id text NOT NULL,
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
  secrets bytea NOT NULL,
  -- Names with spaces between; NULL: any.
  allowed_hosts text,
  PRIMARY KEY (workspace_id, id)
);
-- Workflows of other installations name a credential by its name.
CREATE INDEX credentials_by_name ON jobsprint.credentials (workspace_id, type, name_hash, id);
CALL jobsprint.guard('credentials', 'jobsprint_api');
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.credentials TO jobsprint_api;

-- Keys from before that could do everything in their workspace can do everything with its credentials, too. A key that was
-- made for less gets nothing.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys
SET scopes = scopes || ARRAY[
  'credential:create', 'credential:read', 'credential:update', 'credential:delete', 'credential:list',
  'credential:test'
]
WHERE scopes @> ARRAY[
  'workflow:create', 'workflow:read', 'workflow:update', 'workflow:delete', 'workflow:list',
  'workflow:activate', 'workflow:deactivate', 'workflow:execute', 'workflowTags:update', 'workflowTags:list',
  'execution:read', 'execution:list', 'execution:retry', 'execution:stop', 'execution:delete',
  'deadLetter:list', 'deadLetter:read', 'deadLetter:redrive', 'deadLetter:discard', 'tag:create', 'tag:read',
  'tag:update', 'tag:delete', 'tag:list', 'nodeType:list', 'apiKey:create', 'apiKey:list', 'apiKey:delete',
  'auditLog:list', 'user:create', 'user:list', 'user:read', 'user:changeRole', 'user:delete', 'variable:create',
  'variable:update', 'variable:delete', 'variable:list'
];
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
