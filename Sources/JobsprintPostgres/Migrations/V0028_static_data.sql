-- Why: what a workflow keeps from one execution to the next ($getWorkflowStaticData, duplicates over executions): an
-- object for each slot, replaced by the pen with the end of an execution. The pen sees which workflows there are, and nothing else of
-- them: what belongs to a deleted one is not kept.
CREATE TABLE jobsprint.static_data (
  workspace_id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  slot bytea NOT NULL,
  value bytea NOT NULL,
  PRIMARY KEY (workspace_id, workflow_id, slot)
);
CALL jobsprint.guard('static_data', 'jobsprint_api', 'jobsprint_journal');
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.static_data TO jobsprint_api;
GRANT SELECT, INSERT, UPDATE ON jobsprint.static_data TO jobsprint_journal;

CREATE POLICY workflows_of_the_pen ON jobsprint.workflows FOR SELECT TO jobsprint_journal USING (
  workspace_id = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[]));
GRANT SELECT (workspace_id, id) ON jobsprint.workflows TO jobsprint_journal;
