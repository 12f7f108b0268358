-- What a run computed, bit by bit, in a few bytes an epoch: `ssl verify` and `ssl fsck` compare with it.

CREATE TABLE digest (
  -- The digest chain: a link at the end of every epoch, over all that the run computed up to there.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  step INTEGER NOT NULL,  -- steps finished then
  epoch INTEGER NOT NULL, -- epochs finished then
  metrics TEXT NOT NULL CHECK (length(metrics) = 64), -- SHA-256 over the values recorded since the link before, timings left out
  state TEXT NOT NULL CHECK (length(state) = 64),     -- SHA-256 over the tensors that a checkpoint would hold
  chain TEXT NOT NULL CHECK (length(chain) = 64),     -- SHA-256 over the chain before, metrics and state
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
