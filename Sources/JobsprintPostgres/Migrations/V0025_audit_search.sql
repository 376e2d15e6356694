-- Why: the audit log is also asked who did something, on which request and from where, and is read oldest first. Making
-- the indexes lets others read meanwhile; entries are not written while they are made.
CREATE INDEX audit_logs_by_actor ON jobsprint.audit_logs (workspace_id, actor_id, id);
CREATE INDEX audit_logs_by_request ON jobsprint.audit_logs (workspace_id, request_id, id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_logs_by_address ON jobsprint.audit_logs (workspace_id, address, id) WHERE address IS NOT NULL;
DROP FUNCTION jobsprint.find_audit_entries;
CREATE FUNCTION jobsprint.find_audit_entries(
  workspace uuid, query text, wanted_action text, wanted_actor text, wanted_subject bytea, wanted_request bytea,
  wanted_address bytea, later int8, earlier int8, behind uuid, oldest_first boolean, most int
) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT a.id FROM jobsprint.audit_logs AS a
  WHERE a.words @@ (format('%L & ', workspace) || query)::tsquery AND a.workspace_id = workspace
    AND workspace = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[])
    AND (wanted_action IS NULL OR a.action = wanted_action) AND (wanted_actor IS NULL OR a.actor_id = wanted_actor)
    AND (wanted_subject IS NULL OR a.subject = wanted_subject)
    AND (wanted_request IS NULL OR a.request_id = wanted_request)
    AND (wanted_address IS NULL OR a.address = wanted_address)
    AND (later IS NULL OR a.at > later) AND (earlier IS NULL OR a.at < earlier)
    AND (behind IS NULL OR CASE WHEN oldest_first THEN a.id > behind ELSE a.id < behind END)
  ORDER BY CASE WHEN oldest_first THEN a.id END, a.id DESC LIMIT most;
END;
REVOKE ALL ON FUNCTION jobsprint.find_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_audit_entries TO jobsprint_api;
