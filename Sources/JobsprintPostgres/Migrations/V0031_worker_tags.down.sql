-- What had a tag is taken by any worker.
DROP INDEX jobsprint.live_executions_tagged;
DROP INDEX jobsprint.live_executions_held;
CREATE INDEX live_executions_held ON jobsprint.live_executions (workspace_id, lane, id)
  WHERE state = 'new' AND dispatched_at IS NULL AND limited_by IS NULL;
ALTER TABLE jobsprint.live_executions DROP COLUMN tag;
