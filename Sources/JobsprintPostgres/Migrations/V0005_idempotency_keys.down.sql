-- Requests that are sent again after this are done again.
DROP TABLE jobsprint.idempotency_keys;
