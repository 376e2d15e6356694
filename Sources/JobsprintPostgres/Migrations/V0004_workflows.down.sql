-- With all workflows, versions and tags.
DROP FUNCTION jobsprint.find_workflows;
DROP TABLE jobsprint.workflows, jobsprint.workflow_versions, jobsprint.workflow_words, jobsprint.tags,
  jobsprint.workflow_tags;
