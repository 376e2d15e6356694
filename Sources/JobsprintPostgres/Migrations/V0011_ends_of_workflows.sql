-- Why: "what failed of this workflow" walked through all failures of the workspace. The end of an execution gets its
-- workflow, unless it succeeded: those are most, and are found through the workflow's executions. The column is empty at
-- first and an older program leaves it so; maintenance completes such rows, a few at a time, and lists look at them until
-- then.
ALTER TABLE jobsprint.execution_ends ADD COLUMN workflow_id uuid;
GRANT SELECT (state, workflow_id), UPDATE (workflow_id) ON jobsprint.execution_ends TO jobsprint_keeper;
GRANT SELECT (workflow_id) ON jobsprint.executions TO jobsprint_keeper;
