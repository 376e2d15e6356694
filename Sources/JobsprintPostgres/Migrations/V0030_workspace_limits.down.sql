-- With the limits that workspaces have; what they held back is dispatched as their lines have room.
DROP POLICY workspaces_of_claimer ON jobsprint.workspaces;
REVOKE SELECT (id) ON jobsprint.workspaces FROM jobsprint_claimer;
ALTER TABLE jobsprint.workspaces DROP COLUMN max_concurrency;
