-- Columns are named by what they hold, and v_collapse reads what it needs of a method from the run.
--
-- cell.rank was the index of the seed, and sweep.spec_hash the hash of the spec as the sweep was first started. Their
-- old names remain for one version, as generated columns that take no space. As in 0013 and 0015, the text of the
-- tables is edited in place, so that views of the user which use the old names stay as they are; creating and
-- dropping a table makes SQLite read the schema again. core/store/bundle/bundle_words.c does the same for the rows of
-- older bundles.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'rank INTEGER NOT NULL CHECK (rank >= 0),',
  'rank INTEGER GENERATED ALWAYS AS (seed_index) VIRTUAL, -- old name of seed_index, until the next version
  seed_index INTEGER NOT NULL CHECK (seed_index >= 0),')
  WHERE type = 'table' AND name = 'cell';
UPDATE sqlite_schema SET sql = 'CREATE INDEX cell_by_status ON cell (sweep_id, status, seed_index, ordinal)'
  WHERE type = 'index' AND name = 'cell_by_status';
UPDATE sqlite_schema SET sql = replace(sql, 'spec_hash TEXT NOT NULL,',
  'spec_hash TEXT GENERATED ALWAYS AS (first_spec_hash) VIRTUAL, -- old name of first_spec_hash, until the next version
  first_spec_hash TEXT NOT NULL,')
  WHERE type = 'table' AND name = 'sweep';
CREATE TABLE reread (x INTEGER) STRICT;
DROP TABLE reread;
PRAGMA writable_schema = RESET;

-- The table of a method (core/methods/method.h) has these two numbers; older versions had them in v_collapse, by the
-- name of the method.
ALTER TABLE run ADD COLUMN loss_floor -- smallest possible loss of the run's method; v_collapse measures progress towards it
  REAL NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN least_progress -- progress of the loss below which v_collapse calls the run not learning; set by its method
  REAL NOT NULL DEFAULT 0.02;
UPDATE run SET loss_floor = -1 WHERE method = 'simsiam';
UPDATE run SET least_progress = 0.15 WHERE method IN ('byol', 'simsiam', 'directpred');
