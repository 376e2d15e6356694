-- With all executions.
DROP TABLE jobsprint.live_executions, jobsprint.executions, jobsprint.execution_ends, jobsprint.executors;
