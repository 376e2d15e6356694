-- New values are compressed as the server's default says; those that are there stay readable.
DO $$
DECLARE
  value record;
BEGIN
  FOR value IN
    SELECT a.attrelid::regclass AS relation, a.attname AS name
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'jobsprint'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attcompression <> ''
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION default', value.relation, value.name);
  END LOOP;
END $$;
