-- Why: people have an account for the whole installation and a role in each workspace. Of what they show (passwords,
-- refresh tokens, one-time tokens) only hashes are kept. An email address is unique by its letters in lower case.
CREATE TABLE users (
  id BLOB NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- Algorithm, parameters, salt and hash; NULL where none was set.
  password TEXT,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
  workspace_id BLOB NOT NULL,
  user_id BLOB NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;
-- The workspaces of a user.
CREATE INDEX memberships_by_user ON memberships (user_id, workspace_id);

-- What a user has from signing in to its end. A row that is gone is over.
CREATE TABLE sessions (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL,
  workspace_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  address TEXT,
  agent TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- All that a session ever had: one that comes back after it was used gives away a thief.
CREATE TABLE refresh_tokens (
  hash BLOB NOT NULL PRIMARY KEY,
  session_id BLOB NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Good for one use: invitations, resets of a password, the first owner.
CREATE TABLE one_time_tokens (
  hash BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  workspace_id BLOB NOT NULL,
  user_id BLOB,
  email TEXT,
  role TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_tokens_by_workspace ON one_time_tokens (workspace_id, purpose, id);
CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at);

-- A key that a member made gives no more than his role does; NULL: it stands for itself.
ALTER TABLE api_keys ADD COLUMN user_id BLOB;
