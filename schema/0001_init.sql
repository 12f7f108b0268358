-- The first schema of an ssl store: the facts that are recorded. What can be derived from them is a view in
-- views.sql. core/store/migrate.c applies each migration once, in one transaction. The statements of a released
-- migration never change: a change of the schema is a new file.
-- Comments are written inside the statements, where `.schema` of sqlite3 keeps them. `ssl schema` prints them from
-- these files, so they may be reworded; nothing compares them with those of an older store. Only the comments of
-- code.user_commit, code.user_dirty, run.status and run.error stay as they are, since 0013 and 0015 replace them.
-- Times are UTC text, unless a column's comment says otherwise; 0012_time.sql set their format.

CREATE TABLE meta (
  -- Facts about the store itself, one per row.
  key TEXT PRIMARY KEY NOT NULL, -- name of the fact: store (its UUID), created, created_by (version of ssl), views (hash of views.sql)
  value TEXT NOT NULL            -- value of the fact
) STRICT, WITHOUT ROWID;

CREATE TABLE object (
  -- Immutable files under objects/, named by their content: datasets and checkpoints.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- SHA-256 of the file, which is stored as objects/ab/cdef...
  bytes INTEGER NOT NULL CHECK (bytes >= 0),               -- size of the file in bytes
  created TEXT NOT NULL                                    -- when the file was first recorded in this store (UTC)
) STRICT;

CREATE TABLE code (
  -- Code that computed runs: one row per build of ssl and state of the user's git repository, shared by runs.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  version TEXT NOT NULL,          -- version of ssl
  binary_sha256 TEXT NOT NULL,    -- SHA-256 of the ssl executable
  compiler TEXT NOT NULL,         -- compiler that built ssl, with its version
  flags TEXT NOT NULL,            -- flags that ssl was compiled with
  source_commit TEXT NOT NULL,    -- git commit of the ssl source; empty if unknown
  libraries TEXT NOT NULL,        -- libraries that ssl uses, with their versions, separated by semicolons
  user_commit TEXT NOT NULL,      -- HEAD of the git repository that the user works in, empty if none
  user_dirty INTEGER NOT NULL CHECK (user_dirty IN (0, 1)), -- 1: that repository had uncommitted changes
  UNIQUE (binary_sha256, user_commit, user_dirty, version, compiler, flags, source_commit, libraries)
) STRICT;

CREATE TABLE host (
  -- Machines that computed runs.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  name TEXT NOT NULL,                        -- host name of the machine
  cpu TEXT NOT NULL,                         -- model of the processor
  isa TEXT NOT NULL,                         -- instruction sets that the kernels were compiled for
  os TEXT NOT NULL,                          -- operating system and its release
  cores INTEGER NOT NULL CHECK (cores >= 0), -- number of cores that the process could use
  UNIQUE (name, cpu, isa, os, cores)
) STRICT;

CREATE TABLE dataset (
  -- Imported datasets. A removed dataset keeps its row as long as runs refer to it.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  name TEXT NOT NULL CHECK (name <> ''),                   -- name of the dataset, as in data.set; unique among the datasets that are not removed
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),        -- SHA-256 of the dataset file, which identifies the dataset
  object_id INTEGER REFERENCES object (id),                -- the dataset file (object.id); NULL once the dataset is removed
  bytes INTEGER NOT NULL CHECK (bytes >= 0),               -- size of the dataset file in bytes
  source TEXT NOT NULL,                                    -- path that the dataset was imported from, or "built in"
  source_sha256 TEXT NOT NULL,                             -- SHA-256 of the file that was imported; empty if a folder was imported
  height INTEGER NOT NULL CHECK (height > 0),              -- height of every image in pixels
  width INTEGER NOT NULL CHECK (width > 0),                -- width of every image in pixels
  channels INTEGER NOT NULL CHECK (channels > 0),          -- number of channels: 1 for gray, 3 for colour
  classes INTEGER NOT NULL CHECK (classes >= 0),           -- number of classes
  n_train INTEGER NOT NULL CHECK (n_train >= 0),           -- number of images in the train split
  n_test INTEGER NOT NULL CHECK (n_test >= 0),             -- number of images in the test split
  n_unlabeled INTEGER NOT NULL CHECK (n_unlabeled >= 0),   -- number of images without a label
  created TEXT NOT NULL,                                   -- when the dataset was imported (UTC)
  removed TEXT CHECK ((removed IS NULL) = (object_id IS NOT NULL)) -- when the dataset was removed or replaced (UTC), else NULL
) STRICT;
CREATE UNIQUE INDEX dataset_by_name ON dataset (name) WHERE removed IS NULL;
CREATE INDEX dataset_by_object ON dataset (object_id);

CREATE TABLE recipe (
  -- Resolved recipes, defaults included. Runs whose recipes have the same hash are the same experiment.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  hash TEXT NOT NULL UNIQUE,                     -- SHA-256 of the text in json
  group_hash TEXT NOT NULL,                      -- hash of the recipe without its seed, equal for replicates
  json TEXT NOT NULL CHECK (json GLOB '{*}')    -- canonical form of the recipe: one JSON object, keys sorted
) STRICT;
CREATE INDEX recipe_by_group ON recipe (group_hash);

CREATE TABLE param_name (
  -- Names of hyperparameters.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  name TEXT NOT NULL UNIQUE CHECK (name <> '') -- dotted name of the hyperparameter, such as vicreg.mu
) STRICT;

CREATE TABLE param (
  -- Hyperparameters of recipes, one per row, defaults included.
  recipe_id INTEGER NOT NULL REFERENCES recipe (id) ON DELETE CASCADE, -- the recipe (recipe.id)
  name_id INTEGER NOT NULL REFERENCES param_name (id), -- the hyperparameter (param_name.id)
  value TEXT NOT NULL, -- value as canonical text: 0.1, true, [2048, 2048], resnet18
  number REAL,         -- value as a number; NULL if it is not a number
  PRIMARY KEY (recipe_id, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  -- Runs, one per row. After a run has ended (any status but running), its row changes only when it is resumed or
  -- renamed.
  id INTEGER PRIMARY KEY AUTOINCREMENT,           -- number of the run, local to this store and never used again
  uuid TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36), -- identifier of the run, the same in every store that it is copied to
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),   -- readable name of the run, such as calm-otter
  method TEXT NOT NULL,                           -- method of the run: byol, barlow, vicreg ...
  recipe_id INTEGER NOT NULL REFERENCES recipe (id), -- resolved recipe of the run (recipe.id)
  dataset_id INTEGER REFERENCES dataset (id),     -- dataset of the run (dataset.id); NULL: none
  code_id INTEGER NOT NULL REFERENCES code (id),  -- code of the first attempt (code.id)
  host_id INTEGER NOT NULL REFERENCES host (id),  -- machine of the first attempt (host.id)
  seed INTEGER NOT NULL,                          -- seed of the run; replicates differ in nothing else
  threads INTEGER NOT NULL CHECK (threads >= 0),  -- number of threads that computed
  epochs INTEGER NOT NULL CHECK (epochs >= 0),    -- number of epochs planned
  steps INTEGER NOT NULL CHECK (steps >= 0),      -- number of steps planned
  epoch INTEGER NOT NULL DEFAULT 0,               -- number of epochs finished
  step INTEGER NOT NULL DEFAULT 0,                -- number of steps finished
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped', 'collapsed')),
                                                  -- stopped: by a signal; collapsed: by the guard; running may be dead: see v_run
  attempt_id INTEGER REFERENCES attempt (id),     -- the attempt that may write to the run (attempt.id): the fencing token
  exit_code INTEGER,                              -- exit code of the process; NULL while the run is running
  error TEXT,                                     -- why it failed or stopped
  command TEXT NOT NULL,                          -- command line of the run, as it was typed
  seconds REAL NOT NULL DEFAULT 0,                -- wall-clock seconds of all attempts that have ended
  peak_rss INTEGER,                               -- largest amount of memory that the process held, in bytes
  arena_peak INTEGER,                             -- largest amount of memory that training itself held, in bytes
  created TEXT NOT NULL,                          -- when the run was recorded (UTC)
  finished TEXT CHECK ((finished IS NULL) = (status = 'running')) -- when the run ended (UTC); NULL while it is running
) STRICT;
CREATE INDEX run_by_recipe ON run (recipe_id);
CREATE INDEX run_by_dataset ON run (dataset_id);

CREATE TABLE attempt (
  -- Processes that worked on a run: the first one, and one more for each time the run was resumed.
  id INTEGER PRIMARY KEY AUTOINCREMENT,     -- number of the attempt, used as a fencing token: only the newest attempt of a run may write to it
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  n INTEGER NOT NULL CHECK (n >= 1),        -- number of the attempt within its run, from 1
  pid INTEGER NOT NULL,                     -- process ID on the host
  code_id INTEGER REFERENCES code (id),     -- code of the attempt (code.id); NULL: not recorded
  host_id INTEGER REFERENCES host (id),     -- machine of the attempt (host.id); NULL: not recorded
  from_step INTEGER NOT NULL,               -- step that the attempt continued from; 0 for the first attempt
  started TEXT NOT NULL,                    -- when the attempt started (UTC)
  heartbeat REAL NOT NULL,                  -- time of the last heartbeat of the process (Unix time)
  ended TEXT,                               -- when the attempt ended (UTC); NULL while it is running or if it was killed
  seconds REAL,                             -- wall-clock seconds of the attempt; if it was killed, up to its last heartbeat
  exit_code INTEGER,                        -- exit code of the process; NULL while it is running or if it was killed
  UNIQUE (run_id, n)
) STRICT;

CREATE TABLE metric_name (
  -- Names of metrics, and whether larger or smaller values are better.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  name TEXT NOT NULL UNIQUE CHECK (name <> ''), -- name of the metric, such as loss, loss.invariance or test.knn.top1
  goal TEXT NOT NULL CHECK (goal IN ('max', 'min', 'none')), -- max: larger values are better; min: smaller ones; none: neither
  unit TEXT NOT NULL,  -- unit of the values: "%", "s", "images/s"; empty: a plain number
  about TEXT NOT NULL  -- description of the metric; may be empty
) STRICT;

CREATE TABLE metric (
  -- Series of metrics: one value per run, metric and step.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- the metric (metric_name.id)
  step INTEGER NOT NULL, -- number of steps finished when the value was recorded
  value REAL,            -- the value; NULL if it is not finite
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), -- 0: a number; 1: NaN; 2: infinity; 3: minus infinity
  PRIMARY KEY (run_id, name_id, step),
  CHECK ((kind = 0) = (value IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_summary (
  -- Summaries of series, one per run and metric, so that a list of runs need not read the series.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- the metric (metric_name.id)
  n INTEGER NOT NULL CHECK (n > 0),  -- number of values in the series
  n_bad INTEGER NOT NULL,            -- number of values that are NaN or infinite
  last REAL,                         -- value at the last step; NULL if it is not finite
  last_kind INTEGER NOT NULL CHECK (last_kind BETWEEN 0 AND 3), -- kind of the last value, as in metric.kind
  last_step INTEGER NOT NULL,        -- step of the last value
  min REAL,                          -- smallest finite value; NULL if there is none
  min_step INTEGER,                  -- step at which the smallest value was first reached
  max REAL,                          -- largest finite value; NULL if there is none
  max_step INTEGER,                  -- step at which the largest value was first reached
  PRIMARY KEY (run_id, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  -- Recorded states of runs, from which they can be resumed or evaluated.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  step INTEGER NOT NULL,  -- number of steps finished
  epoch INTEGER NOT NULL, -- number of epochs finished
  object_id INTEGER NOT NULL REFERENCES object (id), -- the safetensors file (object.id)
  created TEXT NOT NULL,  -- when the checkpoint was recorded (UTC)
  UNIQUE (run_id, step)
) STRICT;
CREATE INDEX checkpoint_by_object ON checkpoint (object_id);

CREATE TABLE eval (
  -- Evaluations of a run's encoder, made during training or by ssl eval.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  step INTEGER NOT NULL,     -- step of the evaluated state
  epoch INTEGER NOT NULL,    -- epoch of the evaluated state
  protocol TEXT NOT NULL,    -- evaluation protocol: knn, linear, finetune
  split TEXT NOT NULL,       -- split of the images that were classified: test or val
  settings TEXT NOT NULL CHECK (settings GLOB '{*}'), -- settings of the protocol, as a JSON object
  seconds REAL NOT NULL,     -- seconds that the evaluation took
  created TEXT NOT NULL      -- when the evaluation was made (UTC)
) STRICT;
CREATE INDEX eval_by_run ON eval (run_id, step);

CREATE TABLE eval_value (
  -- Results of evaluations, one value per row.
  eval_id INTEGER NOT NULL REFERENCES eval (id) ON DELETE CASCADE, -- the evaluation (eval.id)
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- the metric (metric_name.id), named by split, protocol and value: test.knn.top1
  value REAL,            -- the value; NULL if it is not finite
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), -- kind of the value, as in metric.kind
  PRIMARY KEY (eval_id, name_id),
  CHECK ((kind = 0) = (value IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
  -- Tags of runs.
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  name TEXT NOT NULL CHECK (name <> ''), -- the tag, one word
  created TEXT NOT NULL,                 -- when the run was tagged (UTC)
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_by_name ON tag (name);

CREATE TABLE note (
  -- Notes on runs, as free text.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  text TEXT NOT NULL,    -- text of the note
  created TEXT NOT NULL  -- when the note was written (UTC)
) STRICT;
CREATE INDEX note_by_run ON note (run_id);

CREATE TABLE event (
  -- Events of runs: guards, warnings, signals, resumptions.
  id INTEGER PRIMARY KEY, -- number of the row, local to this store
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the run (run.id)
  attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE, -- the attempt (attempt.id)
  step INTEGER NOT NULL, -- last recorded step of the run at the time of the event
  kind TEXT NOT NULL,    -- kind of the event: guard.nan, warning, signal, resume ...
  text TEXT NOT NULL,    -- message of the event
  created TEXT NOT NULL  -- when the event was recorded (UTC)
) STRICT;
CREATE INDEX event_by_run ON event (run_id);
CREATE INDEX event_by_attempt ON event (attempt_id);
