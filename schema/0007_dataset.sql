-- A dataset's own validation split, and the files that an import left out because they could not be read.

ALTER TABLE dataset ADD COLUMN n_val -- number of images in the dataset's own validation split; 0: it has none
  INTEGER NOT NULL DEFAULT 0 CHECK (n_val >= 0);
ALTER TABLE dataset ADD COLUMN skipped -- files that data add --skip-bad left out: JSON array of objects with file and why
  TEXT NOT NULL DEFAULT '[]' CHECK (skipped GLOB '[[]*]');
