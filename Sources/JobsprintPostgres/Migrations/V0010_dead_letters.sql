-- Why: an execution that can't be done must not vanish among those that have failed as their workflow meant it. Its letter
-- says why, in the transaction of its end, and waits until somebody redrives or discards it. Letters are few: one table
-- without partitions, with a copy of the error, so that a list needs no other table and a letter outlives its execution's
-- retention. The pen writes them; what becomes of them is what users ask for.
CREATE TABLE jobsprint.dead_letters (
  workspace_id uuid NOT NULL,
  execution_id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  version_id uuid NOT NULL,
  redriven_as uuid,
  died_at int8 NOT NULL,
  -- NULL while it is open.
  settled_at int8,
  reason text NOT NULL,
  status text NOT NULL,
  last_node bytea,
  error bytea,
  PRIMARY KEY (workspace_id, execution_id)
);
-- Lists, newest first: of all letters by the key, of those in one status, of a workflow's.
CREATE INDEX dead_letters_by_status ON jobsprint.dead_letters (workspace_id, status, execution_id);
CREATE INDEX dead_letters_by_workflow ON jobsprint.dead_letters (workspace_id, workflow_id, status, execution_id);

CALL jobsprint.guard('dead_letters', 'jobsprint_api', 'jobsprint_journal');
GRANT SELECT, DELETE, UPDATE (redriven_as, settled_at, status) ON jobsprint.dead_letters TO jobsprint_api;
GRANT SELECT, INSERT ON jobsprint.dead_letters TO jobsprint_journal;

-- Keys from before may do with letters what they may do with executions: list, read, retry, delete.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys SET scopes = scopes || 'deadLetter:list'::text
WHERE 'execution:list' = ANY (scopes) AND NOT 'deadLetter:list' = ANY (scopes);
UPDATE jobsprint.api_keys SET scopes = scopes || 'deadLetter:read'::text
WHERE 'execution:read' = ANY (scopes) AND NOT 'deadLetter:read' = ANY (scopes);
UPDATE jobsprint.api_keys SET scopes = scopes || 'deadLetter:redrive'::text
WHERE 'execution:retry' = ANY (scopes) AND NOT 'deadLetter:redrive' = ANY (scopes);
UPDATE jobsprint.api_keys SET scopes = scopes || 'deadLetter:discard'::text
WHERE 'execution:delete' = ANY (scopes) AND NOT 'deadLetter:discard' = ANY (scopes);
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
