-- The trash, and indices by metric, so that a query for one metric reads only its rows.

CREATE TABLE trash (
  -- Runs that were removed and can be restored. No view and no ref shows them.
  run_id INTEGER PRIMARY KEY NOT NULL REFERENCES run (id) ON DELETE CASCADE, -- the removed run (run.id)
  created TEXT NOT NULL -- when the run was removed (UTC)
) STRICT;

CREATE INDEX metric_summary_by_name ON metric_summary (name_id);
CREATE INDEX eval_value_by_name ON eval_value (name_id);
