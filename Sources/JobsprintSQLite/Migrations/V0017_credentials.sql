-- Why: what nodes sign in with elsewhere. The secrets are encrypted by the program with one of its own keys, which are not
-- in the database. allowed_hosts: names with spaces between; NULL: any. Workflows of other installations name a credential
-- by its name: the index serves them.
CREATE TABLE credentials (
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  key_id TEXT NOT NULL,
  secrets BLOB NOT NULL,
  allowed_hosts TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_by_name ON credentials (workspace_id, type, name, id);

-- Keys from before that could do everything in their workspace can do everything with its credentials, too. A key that was
-- made for less gets nothing.
UPDATE api_keys SET scopes = scopes
  || ' credential:create credential:read credential:update credential:delete credential:list credential:test'
WHERE NOT EXISTS (
  SELECT 1 FROM (VALUES
    ('workflow:create'), ('workflow:read'), ('workflow:update'), ('workflow:delete'), ('workflow:list'),
    ('workflow:activate'), ('workflow:deactivate'), ('workflow:execute'), ('workflowTags:update'),
    ('workflowTags:list'), ('execution:read'), ('execution:list'), ('execution:retry'), ('execution:stop'),
    ('execution:delete'), ('deadLetter:list'), ('deadLetter:read'), ('deadLetter:redrive'),
    ('deadLetter:discard'), ('tag:create'), ('tag:read'), ('tag:update'), ('tag:delete'), ('tag:list'),
    ('nodeType:list'), ('apiKey:create'), ('apiKey:list'), ('apiKey:delete'), ('auditLog:list'),
    ('user:create'), ('user:list'), ('user:read'), ('user:changeRole'), ('user:delete'), ('variable:create'),
    ('variable:update'), ('variable:delete'), ('variable:list')
  ) AS wanted WHERE ' ' || scopes || ' ' NOT LIKE '% ' || wanted.column1 || ' %');
