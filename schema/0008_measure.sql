-- What a value measures: by which rules and with which settings it was computed. What older stores
-- hold is brought to these columns by core/store/identity.c.

ALTER TABLE run ADD COLUMN rules -- version of the rules by which the run computes its metrics: see metric_rule
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE eval ADD COLUMN rules -- version of the rules by which it was computed: see metric_rule
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE eval ADD COLUMN differs -- settings that are not those of the run's recipe, as in the metrics' names: k=200; empty: none
  TEXT NOT NULL DEFAULT '';
ALTER TABLE eval ADD COLUMN measure -- everything but encoder and images that the values depend on: only values of equal measure can be compared
  TEXT NOT NULL DEFAULT '';
ALTER TABLE eval ADD COLUMN missing -- why it has no result, such as features that are not finite; NULL: it has one
  TEXT;

CREATE TABLE metric_rule (
  -- Rules by which metrics are computed. A value of an older version has /rule=VERSION in its metric's name.
  version INTEGER NOT NULL, -- of the rules; 1: those before the first change
  pattern TEXT NOT NULL,    -- names of the metrics that the version computes otherwise, as for GLOB
  about TEXT NOT NULL,      -- what it changed
  PRIMARY KEY (version, pattern)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_rule (version, pattern, about) VALUES
  (2, '*.knn.top5', 'A class that none of the k neighbours belongs to is never among the first five guesses.'),
  (2, '*.top[15]', 'A result that is not one is missing: features or scores that are not finite, a probe that diverged or did not converge.');

CREATE TABLE metric_measure (
  -- Measures that the values of a metric have: where there is one, all values can be compared.
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- of which metric
  measure TEXT NOT NULL,                                -- as in eval.measure
  PRIMARY KEY (name_id, measure)
) STRICT, WITHOUT ROWID;
