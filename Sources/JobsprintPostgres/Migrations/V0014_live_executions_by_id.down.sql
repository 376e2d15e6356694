DROP POLICY live_executions_of_pen ON jobsprint.live_executions;
ALTER POLICY live_executions_of_workspaces ON jobsprint.live_executions TO jobsprint_api, jobsprint_journal;
