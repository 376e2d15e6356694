-- Why: keys from before that could do everything in their workspace can do everything with its members, too; those of the
-- operator also what concerns accounts. A key that was made for less gets nothing.
UPDATE api_keys SET scopes = scopes || ' user:create user:list user:read user:changeRole user:delete'
WHERE NOT EXISTS (
  SELECT 1 FROM (VALUES
    ('workflow:create'), ('workflow:read'), ('workflow:update'), ('workflow:delete'), ('workflow:list'),
    ('workflow:activate'), ('workflow:deactivate'), ('workflow:execute'), ('workflowTags:update'),
    ('workflowTags:list'), ('execution:read'), ('execution:list'), ('execution:retry'), ('execution:stop'),
    ('execution:delete'), ('deadLetter:list'), ('deadLetter:read'), ('deadLetter:redrive'),
    ('deadLetter:discard'), ('tag:create'), ('tag:read'), ('tag:update'), ('tag:delete'), ('tag:list'),
    ('nodeType:list'), ('apiKey:create'), ('apiKey:list'), ('apiKey:delete'), ('auditLog:list')
  ) AS wanted WHERE ' ' || scopes || ' ' NOT LIKE '% ' || wanted.column1 || ' %');
UPDATE api_keys SET scopes = scopes || ' user:disable user:resetPassword'
WHERE ' ' || scopes || ' ' LIKE '% user:create %' AND ' ' || scopes || ' ' LIKE '% workspace:create %';
