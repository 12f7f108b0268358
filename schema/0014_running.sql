-- Runs that are under way are looked for whenever a store is read.

CREATE INDEX run_running ON run (id) WHERE status = 'running';
