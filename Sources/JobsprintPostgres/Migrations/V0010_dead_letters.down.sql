-- With all letters; the executions stay. Keys keep names of scopes that nobody knows any more.
DROP TABLE jobsprint.dead_letters;
