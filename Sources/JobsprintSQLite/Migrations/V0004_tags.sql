-- Why: labels for workflows. The index serves the filter by tag and the removal of a tag from its workflows.
CREATE TABLE tags (
  workspace_id BLOB NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE workflow_tags (
  workspace_id BLOB NOT NULL,
  workflow_id BLOB NOT NULL,
  tag_id BLOB NOT NULL,
  PRIMARY KEY (workspace_id, workflow_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_tags_by_tag ON workflow_tags (workspace_id, tag_id);
