-- Who got the entries by another way gets them all again, should the program come back.
DELETE FROM jobsprint.audit_cursors WHERE stream <> 'webhook';
ALTER TABLE jobsprint.audit_cursors DROP CONSTRAINT audit_cursors_pkey, ADD PRIMARY KEY (workspace_id);
ALTER TABLE jobsprint.audit_cursors DROP COLUMN stream;
