-- Why: a backlog waits in the store, in a line for each workspace and lane, and only its beginning is on its way. What was
-- dispatched when it was accepted, as long as no backlog is there, costs nothing here. A workflow with a limit is a line
-- of its own.
ALTER TABLE executions ADD COLUMN concurrency INTEGER;
CREATE INDEX executions_held ON executions (workspace_id, lane)
  WHERE state = 'new' AND dispatched_at IS NULL AND concurrency IS NULL;
CREATE INDEX executions_limited ON executions (workflow_id, state, dispatched_at)
  WHERE concurrency IS NOT NULL AND state IN ('new', 'waiting', 'running');
