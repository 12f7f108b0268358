-- Which classes an evaluation confuses: top1, the accuracy of each class and what it is taken for
-- all follow from it.

CREATE TABLE eval_confusion (
  -- Guesses of evaluations: how many images of a class were taken for which; no row where none was.
  eval_id INTEGER NOT NULL REFERENCES eval (id) ON DELETE CASCADE, -- of which evaluation
  actual INTEGER NOT NULL CHECK (actual >= 0),       -- number of the class that the images are of, from 0
  predicted INTEGER NOT NULL CHECK (predicted >= 0), -- number of the class that was guessed
  n INTEGER NOT NULL CHECK (n > 0),                  -- images
  PRIMARY KEY (eval_id, actual, predicted)
) STRICT, WITHOUT ROWID;
