-- Every command that reads a store looks up the runs that are running.

CREATE INDEX run_running ON run (id) WHERE status = 'running';
