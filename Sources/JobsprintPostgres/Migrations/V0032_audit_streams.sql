-- Why: entries of the audit log go to more than one receiver: each is as far as it is.
ALTER TABLE jobsprint.audit_cursors ADD COLUMN stream text NOT NULL DEFAULT 'webhook';
ALTER TABLE jobsprint.audit_cursors ALTER COLUMN stream DROP DEFAULT;
ALTER TABLE jobsprint.audit_cursors DROP CONSTRAINT audit_cursors_pkey, ADD PRIMARY KEY (stream, workspace_id);
