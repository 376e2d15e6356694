-- Why: a program that works in a workspace is a member with a role of its own, and no person: it does not go with whoever
-- made its keys. Its id stands in api_keys.user_id.
CREATE TABLE service_accounts (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_accounts_by_workspace ON service_accounts (workspace_id, id);
