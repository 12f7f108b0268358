-- Vectors over training: what core/run/dynamics.c measures of embeddings and predictors, once an epoch.

CREATE TABLE spectrum (
  -- Vectors of a run where collapse was measured: eigenvalues, and what belongs to them.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  name TEXT NOT NULL CHECK (name <> ''), -- z, h: of the covariance of embeddings, features; predictor.F, .W, .p, .cos: see v_spectrum
  step INTEGER NOT NULL,                 -- steps finished then
  i INTEGER NOT NULL CHECK (i >= 0),     -- 0 for the largest; long spectra leave some out, never the first or the last
  value REAL NOT NULL,                   -- z, h, predictor.F: log10 of the eigenvalue, at least -12
  PRIMARY KEY (run_id, name, step, i)
) STRICT, WITHOUT ROWID;
