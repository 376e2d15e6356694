-- Why: an execution that can't be done must not vanish among those that have failed as their workflow meant it. Its letter
-- says why, in the transaction of its end, and waits until somebody redrives or discards it. Letters are few; they keep
-- a copy of the error, so that a list needs no other table and a letter outlives its execution's retention.
CREATE TABLE dead_letters (
  workspace_id BLOB NOT NULL,
  execution_id BLOB NOT NULL,
  workflow_id BLOB NOT NULL,
  version_id BLOB NOT NULL,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  last_node TEXT,
  died_at INTEGER NOT NULL,
  redriven_as BLOB,
  -- NULL while it is open.
  settled_at INTEGER,
  error BLOB,
  PRIMARY KEY (workspace_id, execution_id)
) STRICT;

-- Lists, newest first: of all letters by the key, of those in one status, of a workflow's.
CREATE INDEX dead_letters_by_status ON dead_letters (workspace_id, status, execution_id);
CREATE INDEX dead_letters_by_workflow ON dead_letters (workspace_id, workflow_id, status, execution_id);

-- Keys from before may do with letters what they may do with executions: list, read, retry, delete.
UPDATE api_keys SET scopes = scopes || ' deadLetter:list' WHERE ' ' || scopes || ' ' LIKE '% execution:list %';
UPDATE api_keys SET scopes = scopes || ' deadLetter:read' WHERE ' ' || scopes || ' ' LIKE '% execution:read %';
UPDATE api_keys SET scopes = scopes || ' deadLetter:redrive' WHERE ' ' || scopes || ' ' LIKE '% execution:retry %';
UPDATE api_keys SET scopes = scopes || ' deadLetter:discard' WHERE ' ' || scopes || ' ' LIKE '% execution:delete %';
