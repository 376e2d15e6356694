-- Why: rows are what costs, so one row holds all entries of one append (JournalPack); what comes with the end of an
-- execution stands in execution_ends. Promise: one record for each node run. It is held by live_executions.finished, in
-- which every append adds its positions under the lock of that row, and by the numbers of the rows here.
CREATE TABLE jobsprint.journal (
  execution_id uuid NOT NULL,
  number int4 NOT NULL,
  workspace_id uuid NOT NULL,
  entries bytea NOT NULL,
  PRIMARY KEY (execution_id, number)
) PARTITION BY RANGE (execution_id);

-- Positions with those of an append; a position that is in both has been finished before.
CREATE FUNCTION jobsprint.add_positions(finished int4multirange, added int4multirange) RETURNS int4multirange
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF finished && added THEN
    RAISE unique_violation USING MESSAGE = 'a node run is finished once', CONSTRAINT = 'one_record_for_each_run';
  END IF;
  RETURN finished + added;
END $$;

CALL jobsprint.guard('journal', 'jobsprint_api', 'jobsprint_journal');
GRANT SELECT, DELETE ON jobsprint.journal TO jobsprint_api;
GRANT SELECT, INSERT ON jobsprint.journal TO jobsprint_journal;
