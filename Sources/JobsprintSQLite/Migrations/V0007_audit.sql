-- Why: what a call changed is told by one entry, written in the transaction of the change. The sealer gives it its place in
-- the chain of its workspace within a second: the sequence, and the hash that hangs on the one before.
CREATE TABLE audit_entries (
  -- Names the row in audit_words, which knows nothing but integers.
  number INTEGER PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details BLOB NOT NULL,
  request_id TEXT,
  address TEXT,
  -- Both NULL until it is sealed.
  sequence INTEGER,
  hash BLOB
) STRICT;

-- Lists of a workspace, of what happened to one thing and of one kind of action, newest first.
CREATE INDEX audit_entries_by_workspace ON audit_entries (workspace_id, id);
CREATE INDEX audit_entries_by_subject ON audit_entries (workspace_id, subject, id);
CREATE INDEX audit_entries_by_action ON audit_entries (workspace_id, action, id);
-- What the sealer looks for: few rows, and most of the time none.
CREATE INDEX audit_entries_unsealed ON audit_entries (id) WHERE sequence IS NULL;
-- The chain; no sequence is given twice.
CREATE UNIQUE INDEX audit_entries_chain ON audit_entries (workspace_id, sequence) WHERE sequence IS NOT NULL;

-- Where a chain goes on after retention has removed its beginning; the newest one of each workspace.
CREATE TABLE audit_checkpoints (
  workspace_id BLOB NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL,
  at INTEGER NOT NULL,
  signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Words of action, actor, subject and details. It keeps no text of its own.
CREATE VIRTUAL TABLE audit_words USING fts5 (action, actor, subject, details, content = '', tokenize = 'unicode61');
