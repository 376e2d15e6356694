-- Why: what changes is narrow and small (live_executions: one row while an execution has not ended), what is large or
-- stays is written once and never changed (executions: what was accepted; execution_ends: how it ended, with the last
-- journal entries). So history needs no vacuum but freezing, an end costs one row and one index entry in history, and
-- whole weeks are dropped at once. Texts of users are bytea: they may hold U+0000. Times are milliseconds since 1970.
CREATE TABLE jobsprint.live_executions (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  executor_id uuid,
  started_at int8,
  wait_until int8,
  -- When it was last dispatched again in its present state.
  dispatched_at int8,
  term int4 NOT NULL,
  -- How many rows jobsprint.journal has of it.
  packs int4 NOT NULL,
  state text NOT NULL,
  lane text NOT NULL,
  -- Positions with a finished run: what makes a second one impossible (jobsprint.add_positions).
  finished int4multirange NOT NULL DEFAULT '{}'
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE jobsprint.live_executions ADD PRIMARY KEY (id);
-- What the recoverer looks for, and the lists of what has not ended.
CREATE INDEX live_executions_new ON jobsprint.live_executions (dispatched_at, id) WHERE state = 'new';
CREATE INDEX live_executions_waiting ON jobsprint.live_executions (wait_until) WHERE state = 'waiting';
CREATE INDEX live_executions_running ON jobsprint.live_executions (executor_id, id) WHERE state = 'running';
CREATE INDEX live_executions_by_workspace ON jobsprint.live_executions (workspace_id, state, id);

CREATE TABLE jobsprint.executions (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  version_id uuid NOT NULL,
  accepted_at int8 NOT NULL,
  retry_of uuid,
  mode text NOT NULL,
  lane text NOT NULL,
  input bytea NOT NULL,
  PRIMARY KEY (workspace_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX executions_by_workflow ON jobsprint.executions (workspace_id, workflow_id, id);

CREATE TABLE jobsprint.execution_ends (
  id uuid NOT NULL PRIMARY KEY,
  workspace_id uuid NOT NULL,
  started_at int8,
  finished_at int8 NOT NULL,
  term int4 NOT NULL,
  state text NOT NULL,
  last_node bytea,
  error bytea,
  -- What was journaled together with the end.
  entries bytea
) PARTITION BY RANGE (id);
-- Lists of what has ended in one way.
CREATE INDEX execution_ends_by_state ON jobsprint.execution_ends (workspace_id, state, id);

-- One heartbeat for all that an executor holds.
CREATE TABLE jobsprint.executors (
  id uuid NOT NULL PRIMARY KEY,
  beat_at int8 NOT NULL
) WITH (fillfactor = 50);

CALL jobsprint.guard('live_executions', 'jobsprint_api', 'jobsprint_journal');
CALL jobsprint.guard('executions', 'jobsprint_api', 'jobsprint_journal');
CALL jobsprint.guard('execution_ends', 'jobsprint_api', 'jobsprint_journal');
CREATE POLICY live_executions_of_all ON jobsprint.live_executions TO jobsprint_claimer USING (true);
CREATE POLICY execution_ends_of_all ON jobsprint.execution_ends FOR SELECT TO jobsprint_claimer USING (true);
-- Dropping partitions asks whether something lives in them.
CREATE POLICY live_executions_of_owner ON jobsprint.live_executions FOR SELECT TO CURRENT_USER USING (true);

GRANT SELECT ON jobsprint.live_executions TO jobsprint_api;
GRANT SELECT, DELETE ON jobsprint.executions, jobsprint.execution_ends TO jobsprint_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.live_executions TO jobsprint_journal;
GRANT SELECT, INSERT ON jobsprint.executions, jobsprint.execution_ends TO jobsprint_journal;
GRANT SELECT (id, workspace_id, executor_id, started_at, wait_until, dispatched_at, term, state, lane),
  UPDATE (executor_id, started_at, wait_until, dispatched_at, term, state)
  ON jobsprint.live_executions TO jobsprint_claimer;
GRANT SELECT (id, workspace_id, state) ON jobsprint.execution_ends TO jobsprint_claimer;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.executors TO jobsprint_claimer;
