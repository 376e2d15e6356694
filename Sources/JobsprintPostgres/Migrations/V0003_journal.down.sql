-- With all journals.
DROP TABLE jobsprint.journal;
DROP FUNCTION jobsprint.add_positions;
