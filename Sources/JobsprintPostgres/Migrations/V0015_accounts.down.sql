-- With all users: only API keys are left, and those that members made stand for themselves.
DROP FUNCTION jobsprint.find_api_key;
ALTER TABLE jobsprint.api_keys DROP COLUMN user_id;
CREATE FUNCTION jobsprint.find_api_key(wanted bytea) RETURNS SETOF jobsprint.api_keys
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM jobsprint.api_keys WHERE hash = wanted;
END;
REVOKE ALL ON FUNCTION jobsprint.find_api_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_api_key TO jobsprint_api;
DROP POLICY users_of_workspaces ON jobsprint.users;
DROP TABLE jobsprint.users, jobsprint.memberships, jobsprint.sessions, jobsprint.refresh_tokens,
  jobsprint.one_time_tokens;
