-- Why: a claim tells whether the execution has a journal, so that most claims read none.
GRANT SELECT (packs) ON jobsprint.live_executions TO jobsprint_claimer;
