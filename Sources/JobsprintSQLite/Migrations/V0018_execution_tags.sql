-- Why: executions may carry tags, as n8n's do. Few have some. The index serves the removal of a tag.
CREATE TABLE execution_tags (
  workspace_id BLOB NOT NULL,
  execution_id BLOB NOT NULL,
  tag_id BLOB NOT NULL,
  PRIMARY KEY (execution_id, tag_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX execution_tags_by_tag ON execution_tags (workspace_id, tag_id);

-- Keys from before may do with tags of executions what they may do with the executions and with tags of workflows.
UPDATE api_keys SET scopes = scopes || ' executionTags:list' WHERE ' ' || scopes || ' ' LIKE '% execution:read %';
UPDATE api_keys SET scopes = scopes || ' executionTags:update'
WHERE ' ' || scopes || ' ' LIKE '% execution:read %' AND ' ' || scopes || ' ' LIKE '% workflowTags:update %';
