-- Why: a workspace may have a limit of executions that run at a time. It is looked up where something is held, and never
-- for what goes its way: live executions know nothing of it. NULL: no limit.
ALTER TABLE jobsprint.workspaces ADD COLUMN max_concurrency int8;
CREATE INDEX workspaces_limited ON jobsprint.workspaces (id) INCLUDE (max_concurrency)
  WHERE max_concurrency IS NOT NULL;
CREATE POLICY workspaces_of_claimer ON jobsprint.workspaces FOR SELECT TO jobsprint_claimer
  USING (max_concurrency IS NOT NULL);
GRANT SELECT (id, max_concurrency) ON jobsprint.workspaces TO jobsprint_claimer;
