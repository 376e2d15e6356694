-- Why: variables of a workspace, which its workflows read as $vars.
CREATE TABLE variables (
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, key)
) STRICT, WITHOUT ROWID;

-- Keys from before that could do everything in their workspace can do everything with its variables, too. A key that was
-- made for less gets nothing.
UPDATE api_keys SET scopes = scopes || ' variable:create variable:update variable:delete variable:list'
WHERE NOT EXISTS (
  SELECT 1 FROM (VALUES
    ('workflow:create'), ('workflow:read'), ('workflow:update'), ('workflow:delete'), ('workflow:list'),
    ('workflow:activate'), ('workflow:deactivate'), ('workflow:execute'), ('workflowTags:update'),
    ('workflowTags:list'), ('execution:read'), ('execution:list'), ('execution:retry'), ('execution:stop'),
    ('execution:delete'), ('deadLetter:list'), ('deadLetter:read'), ('deadLetter:redrive'),
    ('deadLetter:discard'), ('tag:create'), ('tag:read'), ('tag:update'), ('tag:delete'), ('tag:list'),
    ('nodeType:list'), ('apiKey:create'), ('apiKey:list'), ('apiKey:delete'), ('auditLog:list'),
    ('user:create'), ('user:list'), ('user:read'), ('user:changeRole'), ('user:delete')
  ) AS wanted WHERE ' ' || scopes || ' ' NOT LIKE '% ' || wanted.column1 || ' %');
