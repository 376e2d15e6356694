-- Keys keep names of scopes that nobody knows any more.
SELECT 1;
