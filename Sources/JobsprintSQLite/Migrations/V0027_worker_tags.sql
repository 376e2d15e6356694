-- Why: an execution of a workflow with a worker tag is taken by workers that carry it. '' is no tag.
ALTER TABLE executions ADD COLUMN tag TEXT NOT NULL DEFAULT '';
DROP INDEX executions_held;
CREATE INDEX executions_held ON executions (workspace_id, lane, tag)
  WHERE state = 'new' AND dispatched_at IS NULL AND concurrency IS NULL;
