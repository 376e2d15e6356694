ALTER POLICY executions_of_workspaces ON jobsprint.executions USING (
  workspace_id = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[]));
