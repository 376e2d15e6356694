-- The roles stay: another database of the server may use them.
DROP FUNCTION jobsprint.first_id, jobsprint.admit;
DROP PROCEDURE jobsprint.guard;
