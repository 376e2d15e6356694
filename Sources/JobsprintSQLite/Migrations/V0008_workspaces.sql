-- Why: workspaces have names. The first one is always there: what was stored before belongs to it.
CREATE TABLE workspaces (
  id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO workspaces (id, name, created_at, updated_at)
VALUES (
  x'00000000000070008000000000000001', 'default', CAST(strftime('%s', 'now') AS INTEGER) * 1000,
  CAST(strftime('%s', 'now') AS INTEGER) * 1000);
