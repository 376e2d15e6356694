-- With the whole audit log.
DROP FUNCTION jobsprint.find_audit_entries;
DROP TABLE jobsprint.audit_logs, jobsprint.audit_heads, jobsprint.audit_checkpoints;
