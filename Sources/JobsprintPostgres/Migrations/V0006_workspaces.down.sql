-- With all keys: nobody can call the API after this.
DROP FUNCTION jobsprint.find_api_key, jobsprint.has_api_key;
DROP TABLE jobsprint.workspaces, jobsprint.api_keys;
