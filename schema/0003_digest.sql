-- A digest of everything that a run computed, in a few bytes per epoch. `ssl verify` and `ssl fsck` compare with it.

CREATE TABLE digest (
  -- The digest chain: one link at the end of every epoch, over everything that the run has computed so far.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  step INTEGER NOT NULL,  -- number of steps finished
  epoch INTEGER NOT NULL, -- number of epochs finished
  metrics TEXT NOT NULL CHECK (length(metrics) = 64), -- SHA-256 over the values recorded since the previous link, timings excluded
  state TEXT NOT NULL CHECK (length(state) = 64),     -- SHA-256 over the tensors that a checkpoint would hold
  chain TEXT NOT NULL CHECK (length(chain) = 64),     -- SHA-256 over the previous chain value, metrics and state
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
