-- Confusion matrices, from which top1, the accuracy of each class and its confusions with other classes follow.

CREATE TABLE eval_confusion (
  -- Confusion matrices of evaluations: how many images of a class were classified as which class. Counts of 0 have
  -- no row.
  eval_id INTEGER NOT NULL REFERENCES eval (id) ON DELETE CASCADE, -- the evaluation (eval.id)
  actual INTEGER NOT NULL CHECK (actual >= 0),       -- class of the images, from 0
  predicted INTEGER NOT NULL CHECK (predicted >= 0), -- class that was predicted, from 0
  n INTEGER NOT NULL CHECK (n > 0),                  -- number of images
  PRIMARY KEY (eval_id, actual, predicted)
) STRICT, WITHOUT ROWID;
