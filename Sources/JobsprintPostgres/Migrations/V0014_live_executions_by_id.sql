-- Why: the pen names what it writes by ids. A condition on the workspace that an index can serve invites plans that read
-- all live executions of a workspace, dead rows too, when they were made while the table was small. No index serves a
-- CASE, and it guards as before.
ALTER POLICY live_executions_of_workspaces ON jobsprint.live_executions TO jobsprint_api;
CREATE POLICY live_executions_of_pen ON jobsprint.live_executions TO jobsprint_journal USING (
  CASE WHEN workspace_id = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[])
    THEN true ELSE false END);
