-- Why: people have an account for the whole installation and a role in each workspace. Of what they show (passwords,
-- refresh tokens, one-time tokens) only hashes are kept. An email address is unique by its letters in lower case.
-- Who signs in is known before his workspace is: the keeper does that. A workspace sees its members through
-- jobsprint_api, without what they sign in with, and changes their roles there.
CREATE TABLE jobsprint.users (
  id uuid NOT NULL PRIMARY KEY,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  status text NOT NULL,
  email text NOT NULL,
  email_key text NOT NULL,
  name bytea NOT NULL,
  -- Algorithm, parameters, salt and hash; NULL where none was set.
  password text
);
CREATE UNIQUE INDEX users_by_email ON jobsprint.users (email_key);

CREATE TABLE jobsprint.memberships (
  workspace_id uuid NOT NULL,
  user_id uuid NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
-- The workspaces of a user.
CREATE INDEX memberships_by_user ON jobsprint.memberships (user_id, workspace_id);

-- What a user has from signing in to its end. A row that is gone is over.
CREATE TABLE jobsprint.sessions (
  id uuid NOT NULL PRIMARY KEY,
  user_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  created_at int8 NOT NULL,
  used_at int8 NOT NULL,
  expires_at int8 NOT NULL,
  revoked_at int8,
  address bytea,
  agent bytea
) WITH (fillfactor = 80);
CREATE INDEX sessions_by_user ON jobsprint.sessions (user_id, id);
CREATE INDEX sessions_by_end ON jobsprint.sessions (expires_at);

-- All that a session ever had: one that comes back after it was used gives away a thief.
CREATE TABLE jobsprint.refresh_tokens (
  hash bytea NOT NULL PRIMARY KEY,
  session_id uuid NOT NULL,
  used_at int8
);
CREATE INDEX refresh_tokens_by_session ON jobsprint.refresh_tokens (session_id);

-- Good for one use: invitations, resets of a password, the first owner.
CREATE TABLE jobsprint.one_time_tokens (
  hash bytea NOT NULL PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  workspace_id uuid NOT NULL,
  user_id uuid,
  created_at int8 NOT NULL,
  expires_at int8 NOT NULL,
  purpose text NOT NULL,
  email text,
  role text
);
CREATE INDEX one_time_tokens_by_workspace ON jobsprint.one_time_tokens (workspace_id, purpose, id);
CREATE INDEX one_time_tokens_by_end ON jobsprint.one_time_tokens (expires_at);

CALL jobsprint.guard('memberships', 'jobsprint_api');
CALL jobsprint.guard('sessions', 'jobsprint_api');
CALL jobsprint.guard('one_time_tokens', 'jobsprint_api');
ALTER TABLE jobsprint.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE jobsprint.refresh_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- What a role sees of memberships decides whom it sees.
CREATE POLICY users_of_workspaces ON jobsprint.users FOR SELECT TO jobsprint_api
  USING (EXISTS (SELECT 1 FROM jobsprint.memberships AS m WHERE m.user_id = users.id));
CREATE POLICY users_of_all ON jobsprint.users TO jobsprint_keeper USING (true);
CREATE POLICY memberships_of_all ON jobsprint.memberships TO jobsprint_keeper USING (true);
CREATE POLICY sessions_of_all ON jobsprint.sessions TO jobsprint_keeper USING (true);
CREATE POLICY refresh_tokens_of_all ON jobsprint.refresh_tokens TO jobsprint_keeper USING (true);
CREATE POLICY one_time_tokens_of_all ON jobsprint.one_time_tokens TO jobsprint_keeper USING (true);

GRANT SELECT (id, created_at, updated_at, status, email, email_key, name) ON jobsprint.users TO jobsprint_api;
GRANT SELECT, DELETE, UPDATE (role, updated_at) ON jobsprint.memberships TO jobsprint_api;
GRANT SELECT (workspace_id, user_id, revoked_at), UPDATE (revoked_at) ON jobsprint.sessions TO jobsprint_api;
GRANT SELECT, DELETE ON jobsprint.one_time_tokens TO jobsprint_api;
GRANT SELECT, INSERT, UPDATE (password, status, updated_at) ON jobsprint.users TO jobsprint_keeper;
-- Nobody's role is changed by the keeper; it locks rows.
GRANT SELECT, INSERT, UPDATE (updated_at) ON jobsprint.memberships TO jobsprint_keeper;
GRANT SELECT, INSERT, DELETE, UPDATE (used_at, revoked_at) ON jobsprint.sessions TO jobsprint_keeper;
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON jobsprint.refresh_tokens TO jobsprint_keeper;
GRANT SELECT, INSERT, DELETE ON jobsprint.one_time_tokens TO jobsprint_keeper;

-- A key that a member made gives no more than his role does; NULL: it stands for itself. The function gives whole rows.
DROP FUNCTION jobsprint.find_api_key;
ALTER TABLE jobsprint.api_keys ADD COLUMN user_id uuid;
CREATE FUNCTION jobsprint.find_api_key(wanted bytea) RETURNS SETOF jobsprint.api_keys
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM jobsprint.api_keys WHERE hash = wanted;
END;
REVOKE ALL ON FUNCTION jobsprint.find_api_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_api_key TO jobsprint_api;
