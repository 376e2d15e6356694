-- Who gets the entries gets them all again, should the program come back.
DROP TABLE jobsprint.audit_cursors;
