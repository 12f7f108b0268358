-- What a value measures: the rules and the settings that it was computed with. core/store/identity.c fills these
-- columns for the values of older stores.

ALTER TABLE run ADD COLUMN rules -- version of the rules by which the run computes its metrics (metric_rule.version)
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE eval ADD COLUMN rules -- version of the rules by which the values were computed (metric_rule.version)
  INTEGER NOT NULL DEFAULT 1;
ALTER TABLE eval ADD COLUMN differs -- settings that differ from the run's recipe, as in the metrics' names: k=200; empty: none
  TEXT NOT NULL DEFAULT '';
ALTER TABLE eval ADD COLUMN measure -- everything that the values depend on except the encoder and the images; only values of equal measure can be compared
  TEXT NOT NULL DEFAULT '';
ALTER TABLE eval ADD COLUMN missing -- why the evaluation has no result, such as features that are not finite; NULL: it has one
  TEXT;

CREATE TABLE metric_rule (
  -- Rules by which metrics are computed. A value computed by an older version has /rule=VERSION in its metric's
  -- name.
  version INTEGER NOT NULL, -- version of the rules; 1: those before the first change
  pattern TEXT NOT NULL,    -- GLOB pattern of the names of the metrics that this version computes differently
  about TEXT NOT NULL,      -- what this version changed
  PRIMARY KEY (version, pattern)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_rule (version, pattern, about) VALUES
  (2, '*.knn.top5', 'A class that none of the k neighbours belongs to is never among the first five guesses.'),
  (2, '*.top[15]', 'A result that is not one is missing: features or scores that are not finite, a probe that diverged or did not converge.');

CREATE TABLE metric_measure (
  -- Measures of the values of each metric. Where a metric has only one, all its values can be compared.
  name_id INTEGER NOT NULL REFERENCES metric_name (id), -- the metric (metric_name.id)
  measure TEXT NOT NULL,                                -- measure of the values, as in eval.measure
  PRIMARY KEY (name_id, measure)
) STRICT, WITHOUT ROWID;
