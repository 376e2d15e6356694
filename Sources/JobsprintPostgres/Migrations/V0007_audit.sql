-- Why: one entry for each call that changes something, written with the change; later the sealer numbers it and chains
-- it by hash. The head of a workspace's chain is a row of its own, so that two sealers can't both go on from it, and so
-- that the chain goes on after retention has removed its entries.
CREATE TABLE jobsprint.audit_logs (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  at int8 NOT NULL,
  -- NULL until it is sealed.
  sequence int8,
  hash bytea,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  action text NOT NULL,
  subject bytea NOT NULL,
  details bytea NOT NULL,
  request_id bytea,
  address bytea,
  words tsvector NOT NULL,
  PRIMARY KEY (workspace_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_logs_unsealed ON jobsprint.audit_logs (id) WHERE sequence IS NULL;
CREATE INDEX audit_logs_by_sequence ON jobsprint.audit_logs (workspace_id, sequence);
CREATE INDEX audit_logs_by_subject ON jobsprint.audit_logs (workspace_id, subject, id);
CREATE INDEX audit_logs_by_action ON jobsprint.audit_logs (workspace_id, action, id);
CREATE INDEX audit_logs_by_word ON jobsprint.audit_logs USING gin (words);

CREATE TABLE jobsprint.audit_heads (
  workspace_id uuid NOT NULL PRIMARY KEY,
  sequence int8 NOT NULL,
  hash bytea NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE jobsprint.audit_checkpoints (
  workspace_id uuid NOT NULL PRIMARY KEY,
  sequence int8 NOT NULL,
  at int8 NOT NULL,
  hash bytea NOT NULL,
  signature bytea NOT NULL
);

CALL jobsprint.guard('audit_logs', 'jobsprint_api');
CALL jobsprint.guard('audit_heads', 'jobsprint_api');
CALL jobsprint.guard('audit_checkpoints', 'jobsprint_api');
CREATE POLICY audit_logs_of_all ON jobsprint.audit_logs TO jobsprint_keeper USING (true);
CREATE POLICY audit_heads_of_all ON jobsprint.audit_heads TO jobsprint_keeper USING (true);
CREATE POLICY audit_checkpoints_of_all ON jobsprint.audit_checkpoints TO jobsprint_keeper USING (true);
CREATE POLICY audit_logs_of_owner ON jobsprint.audit_logs FOR SELECT TO CURRENT_USER USING (true);
-- Nobody changes an entry; the keeper adds its seal, and removes what a checkpoint stands for.
GRANT SELECT, INSERT ON jobsprint.audit_logs TO jobsprint_api;
GRANT SELECT ON jobsprint.audit_heads, jobsprint.audit_checkpoints TO jobsprint_api;
GRANT SELECT, INSERT, DELETE, UPDATE (sequence, hash) ON jobsprint.audit_logs TO jobsprint_keeper;
GRANT SELECT, INSERT, UPDATE ON jobsprint.audit_heads, jobsprint.audit_checkpoints TO jobsprint_keeper;

-- Search, as in jobsprint.find_workflows: newest first, behind an id, within a range of time.
CREATE FUNCTION jobsprint.find_audit_entries(
  workspace uuid, query text, wanted_action text, wanted_subject bytea, later int8, earlier int8, behind uuid, most int
) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT a.id FROM jobsprint.audit_logs AS a
  WHERE a.words @@ (format('%L & ', workspace) || query)::tsquery AND a.workspace_id = workspace
    AND workspace = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[])
    AND (wanted_action IS NULL OR a.action = wanted_action) AND (wanted_subject IS NULL OR a.subject = wanted_subject)
    AND (later IS NULL OR a.at > later) AND (earlier IS NULL OR a.at < earlier) AND (behind IS NULL OR a.id < behind)
  ORDER BY a.id DESC LIMIT most;
END;
REVOKE ALL ON FUNCTION jobsprint.find_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_audit_entries TO jobsprint_api;
