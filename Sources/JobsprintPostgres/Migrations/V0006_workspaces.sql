-- Why: a workspace is what all other rows belong to; the first one is always there. An API key is looked up by the hash
-- of what the caller shows, before anybody knows its workspace: a function does that, and gives one row at most.
CREATE TABLE jobsprint.workspaces (
  id uuid NOT NULL PRIMARY KEY,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED
);
CREATE UNIQUE INDEX workspaces_by_name ON jobsprint.workspaces (name_hash);
INSERT INTO jobsprint.workspaces (id, created_at, updated_at, name)
VALUES ('00000000-0000-7000-8000-000000000001', 0, 0, 'default');

CREATE TABLE jobsprint.api_keys (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL UNIQUE,
  created_at int8 NOT NULL,
  expires_at int8,
  hash bytea NOT NULL UNIQUE,
  label bytea NOT NULL,
  scopes text[] NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CALL jobsprint.guard('api_keys', 'jobsprint_api', 'jobsprint_keeper');
CREATE POLICY api_keys_of_owner ON jobsprint.api_keys FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, DELETE ON jobsprint.api_keys TO jobsprint_api;
GRANT INSERT, SELECT (hash) ON jobsprint.api_keys TO jobsprint_keeper;

-- A workspace is a row of itself: for whoever acts in it, and for the operator, all of them.
ALTER TABLE jobsprint.workspaces ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY workspaces_of_workspaces ON jobsprint.workspaces FOR SELECT TO jobsprint_api
  USING (id = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[]));
CREATE POLICY workspaces_of_all ON jobsprint.workspaces TO jobsprint_keeper USING (true);
GRANT SELECT ON jobsprint.workspaces TO jobsprint_api;
GRANT SELECT, INSERT, UPDATE ON jobsprint.workspaces TO jobsprint_keeper;

CREATE FUNCTION jobsprint.find_api_key(wanted bytea) RETURNS SETOF jobsprint.api_keys
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM jobsprint.api_keys WHERE hash = wanted;
END;
CREATE FUNCTION jobsprint.has_api_key() RETURNS bool
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN EXISTS (SELECT 1 FROM jobsprint.api_keys);
REVOKE ALL ON FUNCTION jobsprint.find_api_key, jobsprint.has_api_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_api_key, jobsprint.has_api_key TO jobsprint_api;
