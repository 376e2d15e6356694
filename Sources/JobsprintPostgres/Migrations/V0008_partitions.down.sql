-- With all that stands in partitions: executions, journals and the audit log.
DROP FUNCTION jobsprint.make_partition, jobsprint.make_partitions, jobsprint.drop_partitions;
DROP POLICY executions_of_all ON jobsprint.executions;
DROP POLICY execution_ends_of_keeper ON jobsprint.execution_ends;
DROP POLICY journal_of_all ON jobsprint.journal;
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT p.name FROM jobsprint.partitions AS p LOOP
    EXECUTE format('DROP TABLE jobsprint.%I', name);
  END LOOP;
END $$;
DROP TABLE jobsprint.partitions, jobsprint.executions_default, jobsprint.execution_ends_default,
  jobsprint.journal_default, jobsprint.audit_logs_default;
