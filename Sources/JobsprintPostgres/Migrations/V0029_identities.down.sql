-- Users without a password get one with `jobsprint users reset-password`.
DROP TABLE jobsprint.identities;
