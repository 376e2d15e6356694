-- Why: what a workflow keeps from one execution to the next ($getWorkflowStaticData, duplicates over executions): an
-- object for each slot, replaced with the end of an execution.
CREATE TABLE static_data (
  workspace_id BLOB NOT NULL,
  workflow_id BLOB NOT NULL,
  slot TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (workspace_id, workflow_id, slot)
) STRICT;
