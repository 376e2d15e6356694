-- Why: the first key comes from a variable at each start. Once somebody has deleted it, it must not come back with the
-- next. Only hashes: they say nothing of any workspace.
CREATE TABLE jobsprint.deleted_api_keys (hash bytea NOT NULL PRIMARY KEY);
GRANT SELECT, INSERT ON jobsprint.deleted_api_keys TO jobsprint_api, jobsprint_keeper;
