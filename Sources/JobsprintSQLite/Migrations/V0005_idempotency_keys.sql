-- Why: a request that is sent twice is answered twice with the same words and done once. The index serves forgetting.
CREATE TABLE idempotency_keys (
  workspace_id BLOB NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  response BLOB NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
