-- Why: a workspace may have a limit of executions that run at a time. It is looked up where something is held. NULL: no
-- limit.
ALTER TABLE workspaces ADD COLUMN max_concurrency INTEGER;
CREATE INDEX workspaces_limited ON workspaces (id, max_concurrency) WHERE max_concurrency IS NOT NULL;
