-- The first schema of an ssl store: what is recorded. Applied once, in one transaction, by
-- core/store/migrate.c; never edited after a release (a change is a new file 0002_*.sql). What can be
-- derived is a view: views.sql. Comments stand inside the statements, where .schema keeps them.
-- Times are UTC text, unless a column says otherwise; 0012_time.sql gave them their format.

CREATE TABLE meta (
  -- Facts about the store itself.
  key TEXT PRIMARY KEY NOT NULL, -- store (its uuid), created, created_by (version of ssl), views (hash of views.sql)
  value TEXT NOT NULL            -- the fact
) STRICT, WITHOUT ROWID;

CREATE TABLE object (
  -- Immutable files under objects/, named by their content: datasets and checkpoints.
  id INTEGER PRIMARY KEY, -- local number of the row
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of the file: it is objects/ab/cdef...
  bytes INTEGER NOT NULL CHECK (bytes >= 0),               -- size of the file
  created TEXT NOT NULL                                    -- when it was first named here
) STRICT;

CREATE TABLE code (
  -- What computed: one row per distinct build and state of the user's folder, shared by runs.
  id INTEGER PRIMARY KEY, -- local number of the row
  version TEXT NOT NULL,          -- of ssl
  binary_sha256 TEXT NOT NULL,    -- of the executable
  compiler TEXT NOT NULL,         -- that built it, with its version
  flags TEXT NOT NULL,            -- that it was compiled with
  source_commit TEXT NOT NULL,    -- commit of the ssl source, empty if unknown
  libraries TEXT NOT NULL,        -- their names and versions, separated by semicolons
  user_commit TEXT NOT NULL,      -- HEAD of the git repository that the user works in, empty if none
  user_dirty INTEGER NOT NULL CHECK (user_dirty IN (0, 1)), -- 1: that repository had uncommitted changes
  UNIQUE (binary_sha256, user_commit, user_dirty, version, compiler, flags, source_commit, libraries)
) STRICT;

CREATE TABLE host (
  -- Machines that computed.
  id INTEGER PRIMARY KEY, -- local number of the row
  name TEXT NOT NULL,                        -- host name
  cpu TEXT NOT NULL,                         -- model of the processor
  isa TEXT NOT NULL,                         -- instruction sets that the kernels were compiled for
  os TEXT NOT NULL,                          -- operating system and release
  cores INTEGER NOT NULL CHECK (cores >= 0), -- that the process could use
  UNIQUE (name, cpu, isa, os, cores)
) STRICT;

CREATE TABLE dataset (
  -- Imported datasets. One that was removed keeps its row as long as runs refer to it.
  id INTEGER PRIMARY KEY, -- local number of the row
  name TEXT NOT NULL CHECK (name <> ''),                   -- as in data.set; unique among those not removed
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),        -- of the dataset file: the dataset's identity
  object_id INTEGER REFERENCES object (id),                -- the dataset file; NULL once removed
  bytes INTEGER NOT NULL CHECK (bytes >= 0),               -- size of the dataset file
  source TEXT NOT NULL,                                    -- path that it was imported from, or "built in"
  source_sha256 TEXT NOT NULL,                             -- of that file; empty for a folder
  height INTEGER NOT NULL CHECK (height > 0),              -- of every image, in pixels
  width INTEGER NOT NULL CHECK (width > 0),                -- of every image, in pixels
  channels INTEGER NOT NULL CHECK (channels > 0),          -- 1 gray, 3 colour
  classes INTEGER NOT NULL CHECK (classes >= 0),           -- number of classes
  n_train INTEGER NOT NULL CHECK (n_train >= 0),           -- images in the train split
  n_test INTEGER NOT NULL CHECK (n_test >= 0),             -- images in the test split
  n_unlabeled INTEGER NOT NULL CHECK (n_unlabeled >= 0),   -- images without a label
  created TEXT NOT NULL,                                   -- when it was imported
  removed TEXT CHECK ((removed IS NULL) = (object_id IS NOT NULL)) -- when it was removed, else NULL
) STRICT;
CREATE UNIQUE INDEX dataset_by_name ON dataset (name) WHERE removed IS NULL;
CREATE INDEX dataset_by_object ON dataset (object_id);

CREATE TABLE recipe (
  -- Resolved recipes, defaults included: runs of equal hash are the same experiment.
  id INTEGER PRIMARY KEY, -- local number of the row
  hash TEXT NOT NULL UNIQUE,                     -- SHA-256 of json
  group_hash TEXT NOT NULL,                      -- the same without the seed: equal for replicates
  json TEXT NOT NULL CHECK (json GLOB '{*}')    -- canonical: one object, keys sorted
) STRICT;
CREATE INDEX recipe_by_group ON recipe (group_hash);

CREATE TABLE param_name (
  -- Names of hyperparameters.
  id INTEGER PRIMARY KEY, -- local number of the row
  name TEXT NOT NULL UNIQUE CHECK (name <> '') -- dotted: vicreg.mu
) STRICT;

CREATE TABLE param (
  -- A recipe's hyperparameters, one a row, defaults included.
  recipe_id INTEGER NOT NULL REFERENCES recipe (id) ON DELETE CASCADE, -- whose it is
  name_id INTEGER NOT NULL REFERENCES param_name (id), -- which one
  value TEXT NOT NULL, -- canonical text: 0.1, true, [2048, 2048], resnet18
  number REAL,         -- the value as a number, where it is one
  PRIMARY KEY (recipe_id, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  -- Runs. A row that is settled (any status but running) changes only when the run is resumed.
  id INTEGER PRIMARY KEY AUTOINCREMENT,           -- the local number, never used again
  uuid TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36), -- the same in every store that the run is copied to
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),   -- readable: calm-otter
  method TEXT NOT NULL,                           -- byol, barlow, vicreg ...
  recipe_id INTEGER NOT NULL REFERENCES recipe (id), -- what was run
  dataset_id INTEGER REFERENCES dataset (id),     -- NULL: without one
  code_id INTEGER NOT NULL REFERENCES code (id),  -- at the first attempt
  host_id INTEGER NOT NULL REFERENCES host (id),  -- at the first attempt
  seed INTEGER NOT NULL,                          -- replicates differ in nothing else
  threads INTEGER NOT NULL CHECK (threads >= 0),  -- that computed
  epochs INTEGER NOT NULL CHECK (epochs >= 0),    -- planned
  steps INTEGER NOT NULL CHECK (steps >= 0),      -- planned
  epoch INTEGER NOT NULL DEFAULT 0,               -- epochs finished
  step INTEGER NOT NULL DEFAULT 0,                -- steps finished
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped', 'collapsed')),
                                                  -- stopped: by a signal; collapsed: by the guard; running may be dead: see v_run
  attempt_id INTEGER REFERENCES attempt (id),     -- the attempt that may write: the fencing token
  exit_code INTEGER,                              -- of the process, once settled
  error TEXT,                                     -- why it failed or stopped
  command TEXT NOT NULL,                          -- as it was typed
  seconds REAL NOT NULL DEFAULT 0,                -- wall clock of all settled attempts
  peak_rss INTEGER,                               -- most memory that the process held, in bytes
  arena_peak INTEGER,                             -- most memory that training itself held, in bytes
  created TEXT NOT NULL,                          -- when the run was recorded
  finished TEXT CHECK ((finished IS NULL) = (status = 'running')) -- when it was settled
) STRICT;
CREATE INDEX run_by_recipe ON run (recipe_id);
CREATE INDEX run_by_dataset ON run (dataset_id);

CREATE TABLE attempt (
  -- Processes that worked on a run: the first, and one more each time it was resumed.
  id INTEGER PRIMARY KEY AUTOINCREMENT,     -- the fencing token: only the newest attempt of a run may write
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  n INTEGER NOT NULL CHECK (n >= 1),        -- 1 for the first
  pid INTEGER NOT NULL,                     -- process on its host
  code_id INTEGER REFERENCES code (id),     -- what computed; NULL: not recorded
  host_id INTEGER REFERENCES host (id),     -- where; NULL: not recorded
  from_step INTEGER NOT NULL,               -- the step that it went on from, 0 for the first
  started TEXT NOT NULL,                    -- when it began
  heartbeat REAL NOT NULL,                  -- last sign of life, Unix time
  ended TEXT,                               -- NULL while it runs, and for one that was killed
  seconds REAL,                             -- wall clock; of a killed one, up to its last heartbeat
  exit_code INTEGER,                        -- NULL while it runs, and for one that was killed
  UNIQUE (run_id, n)
) STRICT;

CREATE TABLE metric_name (
  -- Names of metrics, and which way is better.
  id INTEGER PRIMARY KEY, -- local number of the row
  name TEXT NOT NULL UNIQUE CHECK (name <> ''), -- loss, loss.invariance, test.knn.top1
  goal TEXT NOT NULL CHECK (goal IN ('max', 'min', 'none')), -- what is best: the largest, the smallest, neither
  unit TEXT NOT NULL,  -- "%", "s", "images/s"; empty: a plain number
  about TEXT NOT NULL  -- a sentence; may be empty
) STRICT;

CREATE TABLE metric (
  -- Series: a value per run, metric and step.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- of which metric
  step INTEGER NOT NULL, -- steps finished then
  value REAL,            -- NULL when it is not finite
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), -- 0 a number, 1 NaN, 2 infinity, 3 minus infinity
  PRIMARY KEY (run_id, name_id, step),
  CHECK ((kind = 0) = (value IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_summary (
  -- A row per run and metric, kept with its series, so that a list of runs need not read any.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- of which metric
  n INTEGER NOT NULL CHECK (n > 0),  -- values in the series
  n_bad INTEGER NOT NULL,            -- of these, NaN or infinite
  last REAL,                         -- value at the last step; NULL when it is not finite
  last_kind INTEGER NOT NULL CHECK (last_kind BETWEEN 0 AND 3), -- as in metric.kind
  last_step INTEGER NOT NULL,        -- the last step
  min REAL,                          -- smallest finite value; NULL: there is none
  min_step INTEGER,                  -- where it was first reached
  max REAL,                          -- largest finite value; NULL: there is none
  max_step INTEGER,                  -- where it was first reached
  PRIMARY KEY (run_id, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  -- States of a run that it can be resumed from, or evaluated at.
  id INTEGER PRIMARY KEY, -- local number of the row
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  step INTEGER NOT NULL,  -- steps finished
  epoch INTEGER NOT NULL, -- epochs finished
  object_id INTEGER NOT NULL REFERENCES object (id), -- the safetensors file
  created TEXT NOT NULL,  -- when it was recorded
  UNIQUE (run_id, step)
) STRICT;
CREATE INDEX checkpoint_by_object ON checkpoint (object_id);

CREATE TABLE eval (
  -- Evaluations of a run's encoder, online and by ssl eval.
  id INTEGER PRIMARY KEY, -- local number of the row
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  step INTEGER NOT NULL,     -- of the state that was evaluated
  epoch INTEGER NOT NULL,    -- of the state that was evaluated
  protocol TEXT NOT NULL,    -- knn, linear, finetune
  split TEXT NOT NULL,       -- of the images that were classified: test, val
  settings TEXT NOT NULL CHECK (settings GLOB '{*}'), -- of the protocol, as JSON
  seconds REAL NOT NULL,     -- that it took
  created TEXT NOT NULL      -- when it was made
) STRICT;
CREATE INDEX eval_by_run ON eval (run_id, step);

CREATE TABLE eval_value (
  -- Results of evaluations.
  eval_id INTEGER NOT NULL REFERENCES eval (id) ON DELETE CASCADE, -- of which evaluation
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- split, protocol and value: test.knn.top1
  value REAL,            -- NULL when it is not finite
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), -- as in metric.kind
  PRIMARY KEY (eval_id, name_id),
  CHECK ((kind = 0) = (value IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
  -- Words that runs are marked with.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  name TEXT NOT NULL CHECK (name <> ''), -- the word
  created TEXT NOT NULL,                 -- when the run was marked
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_by_name ON tag (name);

CREATE TABLE note (
  -- Free text about runs.
  id INTEGER PRIMARY KEY, -- local number of the row
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  text TEXT NOT NULL,    -- what was written
  created TEXT NOT NULL  -- when it was written
) STRICT;
CREATE INDEX note_by_run ON note (run_id);

CREATE TABLE event (
  -- What happened to runs: guards, warnings, signals, resumptions.
  id INTEGER PRIMARY KEY, -- local number of the row
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- of which run
  attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE, -- of which attempt
  step INTEGER NOT NULL, -- the run's last recorded step then
  kind TEXT NOT NULL,    -- guard.nan, warning, signal, resume ...
  text TEXT NOT NULL,    -- what was written
  created TEXT NOT NULL  -- when it was written
) STRICT;
CREATE INDEX event_by_run ON event (run_id);
CREATE INDEX event_by_attempt ON event (attempt_id);
