-- What is held is dispatched by the recoverers of the program before, as what was handed back.
ALTER TABLE jobsprint.live_executions DROP COLUMN limited_by, DROP COLUMN concurrency;
