-- Why: a request that is sent twice is answered twice with the same words and done once. The second index serves
-- forgetting, which knows no workspaces.
CREATE TABLE jobsprint.idempotency_keys (
  workspace_id uuid NOT NULL,
  key bytea NOT NULL,
  created_at int8 NOT NULL,
  status int4 NOT NULL,
  fingerprint bytea NOT NULL,
  response bytea NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
CREATE INDEX idempotency_keys_by_age ON jobsprint.idempotency_keys (created_at);

CALL jobsprint.guard('idempotency_keys', 'jobsprint_api', 'jobsprint_journal');
CREATE POLICY idempotency_keys_of_all ON jobsprint.idempotency_keys TO jobsprint_keeper USING (true);
GRANT SELECT, INSERT ON jobsprint.idempotency_keys TO jobsprint_api, jobsprint_journal;
GRANT SELECT, INSERT, DELETE ON jobsprint.idempotency_keys TO jobsprint_keeper;
