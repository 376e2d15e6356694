-- Why: entries of the audit log go to more than one receiver: each is as far as it is.
CREATE TABLE audit_cursors_of_streams (
  stream TEXT NOT NULL,
  workspace_id BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  PRIMARY KEY (stream, workspace_id)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_cursors_of_streams SELECT 'webhook', workspace_id, sequence, fence FROM audit_cursors;
DROP TABLE audit_cursors;
ALTER TABLE audit_cursors_of_streams RENAME TO audit_cursors;
