-- With all credentials. Keys keep names of scopes that nobody knows any more.
DROP TABLE jobsprint.credentials;
