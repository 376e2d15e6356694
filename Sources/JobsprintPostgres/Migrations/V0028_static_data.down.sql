-- With all that workflows have kept.
DROP TABLE jobsprint.static_data;
REVOKE SELECT (workspace_id, id) ON jobsprint.workflows FROM jobsprint_journal;
DROP POLICY workflows_of_the_pen ON jobsprint.workflows;
