-- Why: a program that works in a workspace is a member with a role of its own, and no person: it does not go with whoever
-- made its keys. Its id stands in api_keys.user_id.
CREATE TABLE jobsprint.service_accounts (
  id uuid NOT NULL PRIMARY KEY,
  workspace_id uuid NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  role text NOT NULL,
  name bytea NOT NULL
);
CREATE INDEX service_accounts_by_workspace ON jobsprint.service_accounts (workspace_id, id);
CREATE UNIQUE INDEX service_accounts_by_name ON jobsprint.service_accounts (workspace_id, sha256(name));
CALL jobsprint.guard('service_accounts', 'jobsprint_api');
GRANT SELECT, INSERT, DELETE, UPDATE (name, role, updated_at) ON jobsprint.service_accounts TO jobsprint_api;
