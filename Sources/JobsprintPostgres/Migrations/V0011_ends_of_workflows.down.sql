REVOKE SELECT (workflow_id) ON jobsprint.executions FROM jobsprint_keeper;
REVOKE SELECT (state) ON jobsprint.execution_ends FROM jobsprint_keeper;
ALTER TABLE jobsprint.execution_ends DROP COLUMN workflow_id;
