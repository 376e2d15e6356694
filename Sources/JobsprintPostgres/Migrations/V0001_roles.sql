-- Why: what a statement may see is decided by the role under which it runs, not by the care of whoever wrote it. The
-- owner (whoever migrates) makes the tables and nothing else; the program logs in as a member of the four roles below
-- and takes one of them for the length of a transaction (the setting `role`, as SET LOCAL ROLE): one pool of
-- connections serves all, and nothing outlives a transaction, which is what PgBouncer needs. Roles belong to the whole
-- server, so they may exist.
--   jobsprint_api      what users ask for: rows of the workspaces that the transaction names
--   jobsprint_journal  the pen: writes executions and their journals, of the workspaces that the transaction names
--   jobsprint_claimer  ids and states of the executions of all workspaces, nothing that they hold
--   jobsprint_keeper   housekeeping and the operator: workspaces, sealing, retention
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['jobsprint_api', 'jobsprint_journal', 'jobsprint_claimer', 'jobsprint_keeper'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    EXECUTE format('GRANT SELECT ON jobsprint.migrations TO %I', name);
  END LOOP;
END $$;
-- A statement may be prepared before its transaction has taken a role; what is in the schema is guarded by itself.
GRANT USAGE ON SCHEMA jobsprint TO PUBLIC;

-- The smallest id of a moment (milliseconds since 1970): ids are UUIDv7, so a range of ids is a range of time.
CREATE FUNCTION jobsprint.first_id(moment int8) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(moment), 12, '0') || repeat('0', 20))::uuid;

-- Keeps each workspace's rows to itself. Without the setting no row is seen. It stands in a subquery so that it is read
-- once for each statement and not for each row; after a transaction that had it, it is empty instead of missing.
CREATE PROCEDURE jobsprint.guard(name text, VARIADIC roles text[])
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE jobsprint.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    'CREATE POLICY %I ON jobsprint.%I TO %s USING (workspace_id = ANY '
    '((SELECT nullif(current_setting(''jobsprint.workspaces'', true), '''')::uuid[])::uuid[]))',
    name || '_of_workspaces', name, array_to_string(roles, ', '));
END $$;

-- Lets a user take the program's roles. He should have none of their rights without taking one (NOINHERIT), and not be
-- the owner: what a role may see, its members see too where they inherit.
CREATE FUNCTION jobsprint.admit(login text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('GRANT jobsprint_api, jobsprint_journal, jobsprint_claimer, jobsprint_keeper TO %I', login);
END $$;
REVOKE ALL ON FUNCTION jobsprint.admit FROM PUBLIC;
