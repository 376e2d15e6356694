-- Why: a dead letter that was redriven or discarded is history, and goes with the retention of its workspace. One that is
-- open stays until somebody has looked at it.
CREATE POLICY dead_letters_of_all ON jobsprint.dead_letters TO jobsprint_keeper USING (true);
GRANT DELETE, SELECT (workspace_id, execution_id, status, settled_at) ON jobsprint.dead_letters TO jobsprint_keeper;
