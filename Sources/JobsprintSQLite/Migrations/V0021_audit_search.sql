-- Why: the audit log is also asked who did something, on which request and from where.
CREATE INDEX audit_entries_by_actor ON audit_entries (workspace_id, actor_id, id);
CREATE INDEX audit_entries_by_request ON audit_entries (workspace_id, request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_entries_by_address ON audit_entries (workspace_id, address, id) WHERE address IS NOT NULL;
