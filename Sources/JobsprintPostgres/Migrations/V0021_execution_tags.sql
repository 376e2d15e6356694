-- Why: executions may carry tags, as n8n's do. Few have some: one table without partitions, whose rows go with the
-- partition or the batch in which retention removes their executions.
CREATE TABLE jobsprint.execution_tags (
  workspace_id uuid NOT NULL,
  execution_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (execution_id, tag_id)
);
-- The removal of a tag, and an archive's walk through those of a workspace.
CREATE INDEX execution_tags_by_tag ON jobsprint.execution_tags (workspace_id, tag_id);
CREATE INDEX execution_tags_by_workspace ON jobsprint.execution_tags (workspace_id, execution_id);

CALL jobsprint.guard('execution_tags', 'jobsprint_api');
CREATE POLICY execution_tags_of_all ON jobsprint.execution_tags TO jobsprint_keeper USING (true);
CREATE POLICY execution_tags_of_owner ON jobsprint.execution_tags TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, DELETE ON jobsprint.execution_tags TO jobsprint_api;
GRANT SELECT (workspace_id, execution_id), DELETE ON jobsprint.execution_tags TO jobsprint_keeper;

-- As in V0008, and with the tags.
CREATE OR REPLACE FUNCTION jobsprint.drop_partitions(before int8) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  old record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('jobsprint.partitions')) THEN
    RETURN;
  END IF;
  FOR old IN
    SELECT p.name, p.parent, p.first_id, p.end_id FROM jobsprint.partitions AS p
    WHERE p.parent IN ('executions', 'execution_ends', 'journal') AND p.end_id <= jobsprint.first_id(before)
      AND NOT EXISTS (SELECT 1 FROM jobsprint.live_executions AS l WHERE l.id >= p.first_id AND l.id < p.end_id)
    ORDER BY p.name
  LOOP
    EXECUTE format('DROP TABLE jobsprint.%I', old.name);
    IF old.parent = 'executions' THEN
      DELETE FROM jobsprint.execution_tags AS t WHERE t.execution_id >= old.first_id AND t.execution_id < old.end_id;
    END IF;
    DELETE FROM jobsprint.partitions AS p WHERE p.name = old.name;
    RETURN NEXT old.name;
  END LOOP;
END $$;

-- Keys from before may do with tags of executions what they may do with the executions and with tags of workflows.
CREATE POLICY api_keys_of_migration ON jobsprint.api_keys TO CURRENT_USER USING (true);
UPDATE jobsprint.api_keys SET scopes = scopes || 'executionTags:list'::text
WHERE 'execution:read' = ANY (scopes) AND NOT 'executionTags:list' = ANY (scopes);
UPDATE jobsprint.api_keys SET scopes = scopes || 'executionTags:update'::text
WHERE 'execution:read' = ANY (scopes) AND 'workflowTags:update' = ANY (scopes)
  AND NOT 'executionTags:update' = ANY (scopes);
DROP POLICY api_keys_of_migration ON jobsprint.api_keys;
