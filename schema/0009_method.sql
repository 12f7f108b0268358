-- Runs of method random are looked up wherever an untrained encoder is the floor of other runs.

CREATE INDEX run_by_method ON run (method);
