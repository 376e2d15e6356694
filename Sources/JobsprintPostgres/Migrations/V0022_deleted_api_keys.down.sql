-- Deleted keys that a variable names come back with the next start.
DROP TABLE jobsprint.deleted_api_keys;
