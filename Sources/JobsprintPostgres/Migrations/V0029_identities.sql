-- Why: people sign in through an identity provider, too. Whom it knows is its name for itself and its name for the
-- person, and nothing else. The keeper alone sees it, as he sees passwords.
CREATE TABLE jobsprint.identities (
  id uuid NOT NULL PRIMARY KEY,
  user_id uuid NOT NULL,
  created_at int8 NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL
);
CREATE UNIQUE INDEX identities_by_subject ON jobsprint.identities (issuer, subject);
CREATE INDEX identities_by_user ON jobsprint.identities (user_id, id);
ALTER TABLE jobsprint.identities ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY identities_of_all ON jobsprint.identities TO jobsprint_keeper USING (true);
GRANT SELECT, INSERT, DELETE ON jobsprint.identities TO jobsprint_keeper;
