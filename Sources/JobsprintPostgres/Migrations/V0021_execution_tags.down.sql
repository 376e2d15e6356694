-- With all tags of executions; keys keep names of scopes that nobody knows any more.
CREATE OR REPLACE FUNCTION jobsprint.drop_partitions(before int8) RETURNS SETOF text
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
DROP TABLE jobsprint.execution_tags;
