-- Sweeps: the runs that are planned, and their progress. 0017_words.sql renames cell.rank and sweep.spec_hash, whose
-- comments here describe the columns by their new names.

CREATE TABLE sweep (
  -- Sweeps: plans of many runs.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the sweep, local to this store and never used again
  uuid TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36), -- identifier of the sweep, the same in every store that it is copied to
  name TEXT NOT NULL UNIQUE CHECK (name <> ''), -- name of the sweep, as in SWEEP:POINT.SEED
  spec TEXT NOT NULL CHECK (spec GLOB '{*}'), -- present form of the sweep, canonical: one JSON object
  spec_hash TEXT NOT NULL,   -- SHA-256 of spec as it was when the sweep was first started
  state TEXT NOT NULL CHECK (state IN ('active', 'paused')), -- active, or paused: no cell is claimed
  lease REAL NOT NULL CHECK (lease > 0), -- seconds without a heartbeat after which the cell of a worker is given to another worker
  retries INTEGER NOT NULL CHECK (retries >= 0), -- how often a cell is tried again after its worker died or could not write
  on_fail TEXT NOT NULL CHECK (on_fail IN ('continue', 'stop')), -- after a failed cell: continue, or stop claiming cells
  objective TEXT,            -- metric that the sweep optimises; NULL: none was named
  goal TEXT NOT NULL CHECK (goal IN ('max', 'min')), -- whether the largest (max) or the smallest (min) value of the objective is best
  command TEXT NOT NULL,     -- command line that first started the sweep, as it was typed
  created TEXT NOT NULL      -- when the sweep was first started (UTC)
) STRICT;

CREATE TABLE cell (
  -- Cells of sweeps: a recipe with a seed on a dataset. Each cell is run to completion once. Cells that differ only in
  -- the seed belong to one point of the grid.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the cell, local to this store and never used again
  sweep_id INTEGER NOT NULL REFERENCES sweep (id) ON DELETE CASCADE, -- the sweep (sweep.id)
  ordinal INTEGER NOT NULL CHECK (ordinal >= 1), -- number of the point, the recipe without its seed: POINT in SWEEP:POINT.SEED
  rank INTEGER NOT NULL CHECK (rank >= 0), -- index of the seed among those of its point, from 0; cells are claimed in order of seed_index, then of ordinal
  seed INTEGER NOT NULL,     -- seed of the run; replicates differ in nothing else
  recipe_id INTEGER NOT NULL REFERENCES recipe (id),   -- recipe of the cell, seed included (recipe.id)
  dataset_id INTEGER NOT NULL REFERENCES dataset (id), -- dataset of the cell (dataset.id); the run fails on any other
  label TEXT NOT NULL,       -- settings that distinguish the cell from the others: vicreg.mu=5
  status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed', 'pruned')),
                             -- queued, running (claimed by a worker, which is dead once lease_until has passed), done, failed or pruned
  claims INTEGER NOT NULL DEFAULT 0,   -- number of times that the cell was claimed: the fencing token of the newest claim
  failures INTEGER NOT NULL DEFAULT 0, -- number of claims that failed or whose worker died, since the cell was last queued by hand
  lease_until REAL NOT NULL DEFAULT 0, -- Unix time until which the worker of a running cell counts as alive, or before which a queued cell is not claimed
  worker TEXT,               -- worker that claimed the cell last: host and process
  run_id INTEGER REFERENCES run (id) ON DELETE SET NULL, -- run of the cell (run.id), set in the transaction that records the run; NULL: none
  error TEXT,                -- why the cell failed last, or was pruned
  finished TEXT CHECK ((finished IS NOT NULL) = (status IN ('done', 'failed', 'pruned'))), -- when the cell was done, failed or pruned (UTC); NULL before
  UNIQUE (sweep_id, recipe_id, dataset_id),
  UNIQUE (sweep_id, ordinal, seed)
) STRICT;
CREATE INDEX cell_by_status ON cell (sweep_id, status, rank, ordinal);
CREATE INDEX cell_by_run ON cell (run_id);
CREATE INDEX cell_by_recipe ON cell (recipe_id);
CREATE INDEX cell_by_dataset ON cell (dataset_id);
