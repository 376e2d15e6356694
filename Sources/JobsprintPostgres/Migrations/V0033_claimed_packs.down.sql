REVOKE SELECT (packs) ON jobsprint.live_executions FROM jobsprint_claimer;
