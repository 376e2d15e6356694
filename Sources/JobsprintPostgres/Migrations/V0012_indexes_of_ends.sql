-- Why: as in V0011, and by itself, because making an index lets others read meanwhile, and a new column does not. Ends
-- are not written while they are made: 2.5 s for a million of them.
CREATE INDEX execution_ends_by_workflow ON jobsprint.execution_ends (workspace_id, workflow_id, state, id)
  WHERE workflow_id IS NOT NULL;
-- What maintenance has still to complete.
CREATE INDEX execution_ends_incomplete ON jobsprint.execution_ends (workspace_id, state, id)
  WHERE workflow_id IS NULL AND state <> 'success';
