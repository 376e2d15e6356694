DROP FUNCTION jobsprint.find_audit_entries;
CREATE FUNCTION jobsprint.find_audit_entries(
  workspace uuid, query text, wanted_action text, wanted_subject bytea, later int8, earlier int8, behind uuid, most int
) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT a.id FROM jobsprint.audit_logs AS a
  WHERE a.words @@ (format('%L & ', workspace) || query)::tsquery AND a.workspace_id = workspace
    AND workspace = ANY ((SELECT nullif(current_setting('jobsprint.workspaces', true), '')::uuid[])::uuid[])
    AND (wanted_action IS NULL OR a.action = wanted_action) AND (wanted_subject IS NULL OR a.subject = wanted_subject)
    AND (later IS NULL OR a.at > later) AND (earlier IS NULL OR a.at < earlier) AND (behind IS NULL OR a.id < behind)
  ORDER BY a.id DESC LIMIT most;
END;
REVOKE ALL ON FUNCTION jobsprint.find_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobsprint.find_audit_entries TO jobsprint_api;
DROP INDEX jobsprint.audit_logs_by_actor, jobsprint.audit_logs_by_request, jobsprint.audit_logs_by_address;
