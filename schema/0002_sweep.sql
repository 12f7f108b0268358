-- Sweeps: what is to be run, and how far it is.

CREATE TABLE sweep (
  -- Sweeps: plans of many runs.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- local number, never used again
  uuid TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36), -- the same in every store that the sweep is copied to
  name TEXT NOT NULL UNIQUE CHECK (name <> ''), -- as in SWEEP:CELL.SEED
  spec TEXT NOT NULL CHECK (spec GLOB '{*}'), -- the sweep as it now is, canonical: one JSON object
  spec_hash TEXT NOT NULL,   -- SHA-256 of spec as it was first started
  state TEXT NOT NULL CHECK (state IN ('active', 'paused')), -- paused: no cell is claimed
  lease REAL NOT NULL CHECK (lease > 0), -- seconds that a worker may be silent before its cell goes to another
  retries INTEGER NOT NULL CHECK (retries >= 0), -- how often a cell is tried again
  on_fail TEXT NOT NULL CHECK (on_fail IN ('continue', 'stop')), -- stop: after a failed cell no more is claimed
  objective TEXT,            -- metric that the sweep is for, NULL: none was named
  goal TEXT NOT NULL CHECK (goal IN ('max', 'min')), -- of the objective
  command TEXT NOT NULL,     -- that first started it, as typed
  created TEXT NOT NULL      -- when that was
) STRICT;

CREATE TABLE cell (
  -- Cells: a recipe with a seed on a dataset, in a sweep. Each is run to its end once.
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- local number, never used again
  sweep_id INTEGER NOT NULL REFERENCES sweep (id) ON DELETE CASCADE, -- of which sweep
  ordinal INTEGER NOT NULL CHECK (ordinal >= 1), -- of the recipe without its seed: CELL in SWEEP:CELL.SEED
  rank INTEGER NOT NULL CHECK (rank >= 0), -- of the seed; cells are claimed by rank, then by ordinal
  seed INTEGER NOT NULL,     -- replicates differ in nothing else
  recipe_id INTEGER NOT NULL REFERENCES recipe (id),   -- what is run, seed included
  dataset_id INTEGER NOT NULL REFERENCES dataset (id), -- on which data: the run fails on any other
  label TEXT NOT NULL,       -- what tells it from the other cells: vicreg.mu=5
  status TEXT NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed', 'pruned')),
                             -- running: claimed by a worker, which is dead once lease_until is over
  claims INTEGER NOT NULL DEFAULT 0,   -- how often it was claimed: the fencing token of the newest claim
  failures INTEGER NOT NULL DEFAULT 0, -- claims that ended in a fault or with a dead worker, since it was last queued by hand
  lease_until REAL NOT NULL DEFAULT 0, -- Unix time; running: the worker is alive until then; queued: not before then
  worker TEXT,               -- that claimed it last: host and process
  run_id INTEGER REFERENCES run (id) ON DELETE SET NULL, -- the run that it became, in the transaction that recorded that
  error TEXT,                -- why it failed last, or was pruned
  finished TEXT CHECK ((finished IS NOT NULL) = (status IN ('done', 'failed', 'pruned'))), -- when it was settled
  UNIQUE (sweep_id, recipe_id, dataset_id),
  UNIQUE (sweep_id, ordinal, seed)
) STRICT;
CREATE INDEX cell_by_status ON cell (sweep_id, status, rank, ordinal);
CREATE INDEX cell_by_run ON cell (run_id);
CREATE INDEX cell_by_recipe ON cell (recipe_id);
CREATE INDEX cell_by_dataset ON cell (dataset_id);
