-- Why: a backlog waits in the store, in a line for each workspace and lane, and only its beginning is on its way. What was
-- dispatched when it was accepted, as long as no backlog is there, costs nothing here. A workflow with a limit is a line
-- of its own: limited_by names it.
ALTER TABLE jobsprint.live_executions ADD COLUMN limited_by uuid, ADD COLUMN concurrency int4;
CREATE INDEX live_executions_held ON jobsprint.live_executions (workspace_id, lane, id)
  WHERE state = 'new' AND dispatched_at IS NULL AND limited_by IS NULL;
CREATE INDEX live_executions_limited ON jobsprint.live_executions (limited_by, state, dispatched_at, id)
  WHERE limited_by IS NOT NULL;
GRANT SELECT (limited_by, concurrency) ON jobsprint.live_executions TO jobsprint_claimer;
