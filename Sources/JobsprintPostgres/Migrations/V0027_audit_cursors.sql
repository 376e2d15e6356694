-- Why: entries of the audit log are sent to somebody else, in order and at least once: this is how far. A holder of the lock
-- that has lost it, and does not know, has a lower fence, and moves nothing.
CREATE TABLE jobsprint.audit_cursors (
  workspace_id uuid NOT NULL PRIMARY KEY,
  sequence int8 NOT NULL,
  fence int8 NOT NULL
) WITH (fillfactor = 50);
CALL jobsprint.guard('audit_cursors', 'jobsprint_api');
CREATE POLICY audit_cursors_of_all ON jobsprint.audit_cursors TO jobsprint_keeper USING (true);
GRANT SELECT ON jobsprint.audit_cursors TO jobsprint_api;
GRANT SELECT, INSERT, UPDATE ON jobsprint.audit_cursors TO jobsprint_keeper;
