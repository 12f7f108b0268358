-- Vectors over training: what core/run/dynamics.c measures of embeddings and predictors once per epoch.

CREATE TABLE spectrum (
  -- Vectors of a run, recorded when collapse is measured: eigenvalues, and quantities that belong to them.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  name TEXT NOT NULL CHECK (name <> ''), -- name of the vector: z, h (covariance of embeddings, of features), or predictor.F, W, p or cos: see v_spectrum
  step INTEGER NOT NULL,                 -- number of steps finished
  i INTEGER NOT NULL CHECK (i >= 0),     -- index of the element, 0 for the largest eigenvalue; long spectra leave some out, never the first or the last
  value REAL NOT NULL,                   -- value of the element; of z, h and predictor.F the log10 of the eigenvalue, at least -12
  PRIMARY KEY (run_id, name, step, i)
) STRICT, WITHOUT ROWID;
