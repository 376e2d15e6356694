-- Why: the first key comes from a variable at each start. Once somebody has deleted it, it must not come back with the next.
CREATE TABLE deleted_api_keys (hash BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
