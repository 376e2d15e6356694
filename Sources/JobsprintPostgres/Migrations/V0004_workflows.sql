-- Why: every change of a workflow is a version that stays, because executions refer to it, even after the workflow is
-- deleted. The workflow itself points at its newest version and at the one that is active. Documents are bytes as they
-- were given.
CREATE TABLE jobsprint.workflows (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  version_id uuid NOT NULL,
  active_version_id uuid,
  is_archived bool NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  -- Of the newest version: for the filter by name, which looks for the hash: a name may be longer than an index entry.
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX workflows_by_name ON jobsprint.workflows (workspace_id, name_hash, id);

CREATE TABLE jobsprint.workflow_versions (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  created_at int8 NOT NULL,
  name bytea NOT NULL,
  document bytea NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX workflow_versions_by_workflow ON jobsprint.workflow_versions (workspace_id, workflow_id, id);

-- Words of name and document of the newest version, split by the program; one more word names the workspace, so that
-- the index narrows to it.
CREATE TABLE jobsprint.workflow_words (
  workspace_id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (workspace_id, workflow_id)
);
CREATE INDEX workflow_words_by_word ON jobsprint.workflow_words USING gin (words);

CREATE TABLE jobsprint.tags (
  workspace_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at int8 NOT NULL,
  updated_at int8 NOT NULL,
  name bytea NOT NULL,
  name_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(name)) STORED,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX tags_by_name ON jobsprint.tags (workspace_id, name_hash);

CREATE TABLE jobsprint.workflow_tags (
  workspace_id uuid NOT NULL,
  workflow_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, workflow_id, tag_id)
);
CREATE INDEX workflow_tags_by_tag ON jobsprint.workflow_tags (workspace_id, tag_id);

CALL jobsprint.guard('workflows', 'jobsprint_api');
CALL jobsprint.guard('workflow_versions', 'jobsprint_api');
CALL jobsprint.guard('workflow_words', 'jobsprint_api');
CALL jobsprint.guard('tags', 'jobsprint_api');
CALL jobsprint.guard('workflow_tags', 'jobsprint_api');
GRANT SELECT, INSERT, UPDATE, DELETE ON jobsprint.workflows, jobsprint.workflow_versions, jobsprint.workflow_words,
  jobsprint.tags, jobsprint.workflow_tags TO jobsprint_api;

-- @@ is not leakproof: under row-level security the planner would not look into the index. So the search runs as the
-- owner, who sees the words of all, and keeps to the workspaces of the transaction itself.
CREATE POLICY workflow_words_of_owner ON jobsprint.workflow_words FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION jobsprint.find_workflows(workspace uuid, query text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT w.workflow_id FROM jobsprint.workflow_words AS w
  WHERE w.words @@ (format('%L & ', workspace) || query)::tsquery AND w.workspace_id = workspace
    AND workspace = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[]);
END;
REVOKE ALL ON FUNCTION jobsprint.find_workflows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_workflows TO jobsprint_api;
