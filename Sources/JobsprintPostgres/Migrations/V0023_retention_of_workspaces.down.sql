-- With what workspaces have set; the installation's setting holds for all again.
ALTER TABLE jobsprint.workspaces DROP COLUMN retention_days;
