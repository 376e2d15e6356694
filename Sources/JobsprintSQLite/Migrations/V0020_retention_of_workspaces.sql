-- Why: a workspace may keep its executions for another time than the installation does. NULL: as the installation does.
ALTER TABLE workspaces ADD COLUMN retention_days INTEGER;
