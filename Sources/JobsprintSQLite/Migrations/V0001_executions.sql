-- Why: the live state of executions is small and changes often, their payloads are large and never change. Apart from each
-- other, a claim or an end rewrites some 150 bytes whatever the payload weighs. Ids are UUIDv7 as 16 bytes, so that new
-- rows go to the right edge of each tree; times are milliseconds since 1970.
CREATE TABLE executions (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  workflow_id BLOB NOT NULL,
  version_id BLOB NOT NULL,
  state TEXT NOT NULL,
  mode TEXT NOT NULL,
  lane TEXT NOT NULL,
  term INTEGER NOT NULL,
  executor_id BLOB,
  accepted_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  wait_until INTEGER,
  -- When it was last dispatched again in its present state.
  dispatched_at INTEGER,
  retry_of BLOB,
  last_node TEXT
) STRICT, WITHOUT ROWID;

-- Lists of a workspace and of a workflow, newest first; the primary key is the hidden last column of each index.
CREATE INDEX executions_by_workspace ON executions (workspace_id);
CREATE INDEX executions_by_workflow ON executions (workspace_id, workflow_id);
-- The few that failed among the many that did not.
CREATE INDEX executions_failed ON executions (workspace_id, state)
  WHERE state = 'error' OR state = 'canceled' OR state = 'crashed';
-- What the recoverer looks for.
CREATE INDEX executions_new ON executions (dispatched_at) WHERE state = 'new';
CREATE INDEX executions_waiting ON executions (wait_until) WHERE state = 'waiting';
CREATE INDEX executions_running ON executions (executor_id) WHERE state = 'running';

-- No row where the input is empty. With hidden row ids, so that an input of a few KB shares its page with others.
CREATE TABLE execution_inputs (
  execution_id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  input BLOB NOT NULL
) STRICT;

CREATE TABLE execution_errors (
  execution_id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  error BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One heartbeat for all that an executor holds.
CREATE TABLE executors (
  id BLOB NOT NULL PRIMARY KEY,
  beat_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
