-- Runs of one method are looked for wherever an untrained encoder is the floor of others.

CREATE INDEX run_by_method ON run (method);
