-- Why: a migration whose text was changed after a database has had it would leave two databases of one number that differ.
-- The texts that a database has had are kept beside it, so that 'jobsprint migrate verify' can tell.
CREATE TABLE migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  text BLOB NOT NULL
) STRICT;
