-- Why: the executions of a workflow with a worker tag are taken by workers that carry it, and by no others: the tag stands
-- where claims and recovery look. A line is of one tag, so that what nobody takes stands in front of nothing else. '' is
-- no tag.
ALTER TABLE jobsprint.live_executions ADD COLUMN tag text NOT NULL DEFAULT '';
DROP INDEX jobsprint.live_executions_held;
CREATE INDEX live_executions_held ON jobsprint.live_executions (workspace_id, lane, tag, id)
  WHERE state = 'new' AND dispatched_at IS NULL AND limited_by IS NULL;
-- How long a tag's executions have been waiting, for jobsprint doctor.
CREATE INDEX live_executions_tagged ON jobsprint.live_executions (tag, id) WHERE state = 'new' AND tag <> '';
GRANT SELECT (tag) ON jobsprint.live_executions TO jobsprint_claimer;
