-- Why: entries of the audit log are sent to somebody else, in order and at least once: this is how far. A holder of the lock
-- that has lost it, and does not know, has a lower fence, and moves nothing.
CREATE TABLE audit_cursors (
  workspace_id BLOB NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  fence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
