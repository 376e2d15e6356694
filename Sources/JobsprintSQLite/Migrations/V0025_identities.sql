-- Why: people sign in through an identity provider, too. Whom it knows is its name for itself and its name for the
-- person, and nothing else.
CREATE TABLE identities (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_by_user ON identities (user_id, id);
