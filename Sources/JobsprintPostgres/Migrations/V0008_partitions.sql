-- Why: partitions are made ahead, so that no write waits for one, and dropped when nothing in them lives, so that
-- retention costs nothing. Executions are cut by weeks: with 14 to 90 days of history some 3 to 14 partitions, few
-- enough to lock in every list, and a week is what retention keeps too long at most. The audit log is small and kept
-- for years: months. A default partition takes whatever has none (a clock that is wrong, maintenance that did not run):
-- no write is lost for that. Both functions are for whoever comes first: the others find the lock taken and leave.
CREATE TABLE jobsprint.partitions (
  parent text NOT NULL,
  name text NOT NULL PRIMARY KEY,
  first_id uuid NOT NULL,
  end_id uuid NOT NULL
);
GRANT SELECT ON jobsprint.partitions TO jobsprint_keeper;

CREATE FUNCTION jobsprint.make_partition(parent text, key text, since timestamp, until timestamp) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  partition text := parent || '_' || to_char(since, 'YYYYMMDD');
  low uuid := jobsprint.first_id((extract(epoch FROM since) * 1000)::int8);
  high uuid := jobsprint.first_id((extract(epoch FROM until) * 1000)::int8);
BEGIN
  IF EXISTS (SELECT 1 FROM jobsprint.partitions AS p WHERE p.name = partition) THEN
    RETURN 0;
  END IF;
  EXECUTE format(
    'CREATE TABLE jobsprint.%I (LIKE jobsprint.%I INCLUDING DEFAULTS INCLUDING COMPRESSION)', partition, parent);
  -- What the default has taken in the meantime moves.
  EXECUTE format(
    'WITH moved AS (DELETE FROM jobsprint.%I WHERE %I >= %L AND %I < %L RETURNING *) '
    'INSERT INTO jobsprint.%I TABLE moved',
    parent || '_default', key, low, key, high, partition);
  EXECUTE format(
    'ALTER TABLE jobsprint.%I ATTACH PARTITION jobsprint.%I FOR VALUES FROM (%L) TO (%L)',
    parent, partition, low, high);
  INSERT INTO jobsprint.partitions VALUES (parent, partition, low, high);
  RETURN 1;
END $$;

-- Makes what is missing for now and the weeks and months to come. Gives how many it made; NULL: somebody else is at it.
CREATE FUNCTION jobsprint.make_partitions(now int8) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  moment timestamp := to_timestamp(now / 1000.0) AT TIME ZONE 'UTC';
  since timestamp;
  made int := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('jobsprint.partitions')) THEN
    RETURN NULL;
  END IF;
  FOR week IN -1..4 LOOP
    since := date_trunc('week', moment) + week * interval '7 days';
    made := made + jobsprint.make_partition('executions', 'id', since, since + interval '7 days')
      + jobsprint.make_partition('execution_ends', 'id', since, since + interval '7 days')
      + jobsprint.make_partition('journal', 'execution_id', since, since + interval '7 days');
  END LOOP;
  FOR month IN 0..2 LOOP
    since := date_trunc('month', moment) + month * interval '1 month';
    made := made + jobsprint.make_partition('audit_logs', 'id', since, since + interval '1 month');
  END LOOP;
  RETURN made;
END $$;

-- Drops the weeks that end before a moment and in which nothing lives. Gives the names of what it dropped.
CREATE FUNCTION jobsprint.drop_partitions(before int8) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  old record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('jobsprint.partitions')) THEN
    RETURN;
  END IF;
  FOR old IN
    SELECT p.name FROM jobsprint.partitions AS p
    WHERE p.parent IN ('executions', 'execution_ends', 'journal') AND p.end_id <= jobsprint.first_id(before)
      AND NOT EXISTS (SELECT 1 FROM jobsprint.live_executions AS l WHERE l.id >= p.first_id AND l.id < p.end_id)
    ORDER BY p.name
  LOOP
    EXECUTE format('DROP TABLE jobsprint.%I', old.name);
    DELETE FROM jobsprint.partitions AS p WHERE p.name = old.name;
    RETURN NEXT old.name;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION jobsprint.make_partition, jobsprint.make_partitions, jobsprint.drop_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.make_partitions, jobsprint.drop_partitions TO jobsprint_keeper;

-- A workspace's own retention, in batches.
CREATE POLICY executions_of_all ON jobsprint.executions TO jobsprint_keeper USING (true);
CREATE POLICY execution_ends_of_keeper ON jobsprint.execution_ends TO jobsprint_keeper USING (true);
CREATE POLICY journal_of_all ON jobsprint.journal TO jobsprint_keeper USING (true);
GRANT DELETE, SELECT (workspace_id, id) ON jobsprint.executions TO jobsprint_keeper;
GRANT DELETE, SELECT (workspace_id, id) ON jobsprint.execution_ends TO jobsprint_keeper;
GRANT DELETE, SELECT (workspace_id, execution_id) ON jobsprint.journal TO jobsprint_keeper;

CREATE TABLE jobsprint.executions_default PARTITION OF jobsprint.executions DEFAULT;
CREATE TABLE jobsprint.execution_ends_default PARTITION OF jobsprint.execution_ends DEFAULT;
CREATE TABLE jobsprint.journal_default PARTITION OF jobsprint.journal DEFAULT;
CREATE TABLE jobsprint.audit_logs_default PARTITION OF jobsprint.audit_logs DEFAULT;
SELECT jobsprint.make_partitions((extract(epoch FROM clock_timestamp()) * 1000)::int8);
