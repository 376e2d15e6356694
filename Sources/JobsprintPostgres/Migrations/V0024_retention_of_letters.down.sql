DROP POLICY dead_letters_of_all ON jobsprint.dead_letters;
REVOKE DELETE, SELECT (workspace_id, execution_id, status, settled_at) ON jobsprint.dead_letters FROM jobsprint_keeper;
