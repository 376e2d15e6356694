-- With all variables. Keys keep names of scopes that nobody knows any more.
DROP TABLE jobsprint.variables;
