-- Keys of service accounts stay, and are nobody's.
DROP TABLE jobsprint.service_accounts;
