-- Why: API keys are looked up by the hash of what the caller shows; the key itself is stored nowhere.
CREATE TABLE api_keys (
  hash BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  workspace_id BLOB NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
