-- Why: every change of a workflow is a version that stays, because executions refer to it, even after the workflow is
-- deleted. The workflow itself points at its newest version and at the one that is active.
CREATE TABLE workflows (
  -- Names the row in workflow_words, which knows nothing but integers.
  number INTEGER PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL,
  version_id BLOB NOT NULL,
  active_version_id BLOB,
  is_archived INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, id)
) STRICT;

CREATE TABLE workflow_versions (
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL,
  workflow_id BLOB NOT NULL,
  name TEXT NOT NULL,
  document BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_versions_by_workflow ON workflow_versions (workspace_id, workflow_id);

-- Words of name and document of the newest version. It keeps no text of its own.
CREATE VIRTUAL TABLE workflow_words USING fts5 (name, document, content = '', tokenize = 'unicode61');
