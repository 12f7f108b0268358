-- What can be derived from the tables: dropped and made again when a writer opens a store whose views
-- are not these. Only what stock SQLite has, so that every tool can read them. The names of views and
-- columns are a contract; columns are added at the end.

CREATE VIEW v_dataset AS
  -- Datasets, one a row, with the label that tells datasets of one name apart.
  SELECT
    d.id,                        -- local number of the row
    d.name,                      -- the name, as in data.set
    CASE WHEN d.removed IS NOT NULL AND (SELECT max(o.sha256 <> d.sha256) > 0 AND
        max(o.removed IS NULL AND o.sha256 = d.sha256) = 0 FROM dataset o WHERE o.name = d.name)
      THEN d.name || '@' || substr(d.sha256, 1, 8) ELSE d.name END AS label,
                                 -- the name; for data that another dataset of the name replaced, name@ and the first 8 digits of sha256
    d.sha256,                    -- SHA-256 of the dataset file: the dataset's identity
    d.created,                   -- when the dataset was imported
    d.removed                    -- when the dataset was removed or replaced, else NULL
  FROM dataset d;

CREATE VIEW v_run_alive AS
  -- Does the process of a running run live? By its heartbeat; `ssl` asks its lock.
  SELECT
    r.id AS run_id,              -- row of run
    abs((julianday('now') - 2440587.5) * 86400 - a.heartbeat) <= 90 AS alive -- 1: yes; 0: silent for more than 90 s
  FROM run r JOIN attempt a ON a.id = r.attempt_id WHERE r.status = 'running';

CREATE VIEW v_cell_alive AS
  -- Does the worker of a running cell live? By its lease; `ssl` asks its lock.
  SELECT
    c.id AS cell_id,             -- row of cell
    c.lease_until >= (julianday('now') - 2440587.5) * 86400 AS alive -- 1: yes; 0: its lease has run out
  FROM cell c WHERE c.status = 'running';

CREATE VIEW v_run AS
  -- Runs, one a row.
  SELECT
    r.id,                        -- local number
    r.name,                      -- readable name
    r.uuid,                      -- the same in every store that the run is copied to
    r.method,                    -- byol, barlow, vicreg ...
    d.name AS dataset,           -- its name
    CASE WHEN r.status = 'running' AND NOT (SELECT l.alive FROM v_run_alive l WHERE l.run_id = r.id)
      THEN 'stale' ELSE r.status END AS status, -- stale: running, but its process is dead (see v_run_alive)
    r.seed,                      -- replicates differ in nothing else
    r.epochs,                    -- planned
    r.epoch,                     -- finished
    r.steps,                     -- planned
    r.step,                      -- finished
    (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
      AND s.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss, -- the last one
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS knn_top1, -- of the last evaluation, in percent: on test, else on val (see knn_split)
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS linear_top1, -- as knn_top1
    r.seconds,                   -- wall clock of settled attempts
    (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
      AND s.name_id = (SELECT id FROM metric_name WHERE name = 'images_per_s')) AS images_per_s, -- the last one
    r.peak_rss,                  -- bytes
    r.arena_peak,                -- bytes
    r.threads,                   -- that computed
    (SELECT a.n FROM attempt a WHERE a.id = r.attempt_id) AS attempts, -- how often it was started
    r.exit_code,                 -- of the process, once settled
    r.error,                     -- why it failed, stopped, collapsed or was pruned
    (SELECT group_concat(t.name, ' ') FROM tag t WHERE t.run_id = r.id) AS tags, -- separated by spaces
    r.created,                   -- when it was recorded
    r.finished,                  -- when it was settled
    CAST((julianday('now') - julianday(r.created)) * 86400 AS INTEGER) AS age, -- seconds since created
    CASE WHEN r.status = 'running' THEN (julianday('now') - 2440587.5) * 86400 -
      (SELECT a.heartbeat FROM attempt a WHERE a.id = r.attempt_id) END AS silent,
                                 -- seconds since the last sign of life of a running run
    r.command,                   -- as it was typed
    p.hash AS recipe_hash,       -- SHA-256 of the resolved recipe
    p.group_hash,                -- of the recipe without its seed
    d.sha256 AS dataset_sha256,  -- of the dataset file
    c.version,                   -- of ssl
    c.binary_sha256,             -- of the executable
    c.user_commit,               -- HEAD of the git repository that the user works in
    nullif(c.user_dirty, -1) AS user_dirty, -- 1: it had uncommitted changes; NULL: unknown
    h.name AS host,              -- name of the machine
    h.cpu,                       -- model of its processor
    r.recipe_id,                 -- row of recipe
    r.dataset_id,                -- row of dataset
    r.code_id,                   -- row of code
    r.host_id,                   -- row of host
    r.attempt_id,                -- row of attempt: the newest one
    d.label AS dataset_label,    -- the dataset's name, or name@ and the beginning of its sha256 where the name means other data now
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1')) THEN 'test'
      WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1')) THEN 'val' END AS knn_split, -- that knn_top1 is of: test or val
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS knn_missing, -- why that evaluation has no result, where it has none
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1')) THEN 'test'
      WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1')) THEN 'val' END AS linear_split, -- that linear_top1 is of
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1'))
      THEN (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS linear_missing, -- as knn_missing
    r.rules,                     -- version of the rules by which its series were computed: see metric_rule
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END
      - (SELECT f.floor FROM v_floor f WHERE f.run_id = r.id AND f.metric = (CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1')) THEN 'test' ELSE 'val' END) || '.knn.top1') AS gain, -- of knn_top1 over the untrained encoder, in percent; NULL: the floor is not known (v_floor)
    (SELECT c.verdict FROM v_collapse c WHERE c.run_id = r.id) AS collapse, -- verdict of v_collapse: collapsed, low rank, not learning, healthy, unknown; NULL: nothing was measured
    (SELECT coalesce(sum(o.bytes), 0) FROM object o
      WHERE o.id IN (SELECT k.object_id FROM checkpoint k WHERE k.run_id = r.id)) AS bytes,
                                 -- on disk, of the files that its checkpoints name; a file that several runs share counts in full for each of them
    r.seconds * r.threads / 3600 AS core_hours, -- seconds times threads, in hours
    CASE WHEN r.status NOT IN ('running', 'done') THEN coalesce((SELECT c.error FROM cell c
      WHERE c.run_id = r.id AND c.status = 'pruned'), r.error) END AS reason -- why it failed, collapsed, was stopped or was pruned; NULL: it is done, or running
  FROM run r
    LEFT JOIN v_dataset d ON d.id = r.dataset_id
    LEFT JOIN recipe p ON p.id = r.recipe_id
    LEFT JOIN code c ON c.id = r.code_id
    LEFT JOIN host h ON h.id = r.host_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_param AS
  -- Hyperparameters of every run, one a row, defaults included.
  SELECT
    r.id AS run_id,              -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    n.name AS param,             -- dotted: vicreg.mu
    p.value,                     -- canonical text
    p.number,                    -- as a number, where it is one
    p.in_force                   -- number that holds: the value itself, or what a word such as same stands for
  FROM run r
    JOIN param p ON p.recipe_id = r.recipe_id
    JOIN param_name n ON n.id = p.name_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_recipe_param AS
  -- Hyperparameters of every recipe, one a row, defaults included. Joined by recipe_id to v_seed, v_run or cell, with a
  -- condition on param, it gives that hyperparameter as a column.
  SELECT
    p.recipe_id,                 -- row of recipe
    n.name AS param,             -- dotted: vicreg.mu
    p.value,                     -- canonical text
    p.number,                    -- as a number, where it is one
    p.in_force                   -- number that holds: the value itself, or what a word such as same stands for
  FROM param p
    JOIN param_name n ON n.id = p.name_id;

CREATE VIEW v_metric AS
  -- Series: a value per run, metric and step.
  SELECT
    m.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    n.name AS metric,            -- its name
    m.step,                      -- steps finished then
    CASE WHEN r.steps > 0 THEN 1.0 * m.step * r.epochs / r.steps END AS epoch, -- with its fraction
    m.value,                     -- NULL when it is not finite
    CASE m.kind WHEN 0 THEN 'number' WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END AS kind, -- number, nan, inf or -inf
    n.name GLOB '*[/,]rule=*' AS superseded -- 1: a newer rule computes the metric otherwise: see metric_rule
  FROM metric m
    JOIN metric_name n ON n.id = m.name_id
    JOIN run r ON r.id = m.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_eval AS
  -- Results of evaluations, one value a row.
  SELECT
    e.id AS eval_id,             -- row of eval
    e.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    e.protocol,                  -- knn, linear, finetune
    e.split,                     -- of the images that were classified: test, val
    n.name AS metric,            -- split, protocol and value, with settings that are not the recipe's: test.knn.top1/k=200
    v.value,                     -- NULL when it is not finite
    CASE v.kind WHEN 0 THEN 'number' WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END AS kind, -- number, nan, inf or -inf
    e.step,                      -- steps finished then
    e.epoch,                     -- of the state that was evaluated
    e.settings,                  -- of the protocol, as JSON
    e.seconds,                   -- that it took
    e.created,                   -- when it was made
    e.differs,                   -- settings that are not those of the run's recipe, as in the metric's name; empty: none
    e.measure,                   -- everything but encoder and images that the value depends on: only values of equal measure can be compared
    e.missing,                   -- why it has no result; NULL: it has one
    e.rules,                     -- version of the rules by which it was computed: see metric_rule
    n.name GLOB '*[/,]rule=*' AS superseded -- 1: a newer rule computes the metric otherwise
  FROM eval e
    JOIN run r ON r.id = e.run_id
    JOIN eval_value v ON v.eval_id = e.id
    JOIN metric_name n ON n.id = v.name_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_last AS
  -- The last value of every run and metric: of the newest evaluation at the last step, else of the series.
  SELECT
    r.id AS run_id,              -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    n.name AS metric,            -- its name
    n.goal,                      -- max, min or none
    s.last AS value,             -- the last one; NULL when it is not finite, or missing
    s.last_step AS step,         -- where that was
    n.unit,                      -- of the value; empty: a plain number
    NULL AS measure,             -- of an evaluation, as in v_eval
    NULL AS missing              -- why an evaluation has no result; NULL: it has one
  FROM metric_name n
    JOIN metric_summary s ON s.name_id = n.id
    JOIN run r ON r.id = s.run_id
  WHERE NOT EXISTS (SELECT 1 FROM eval e CROSS JOIN eval_value v
      WHERE e.run_id = r.id AND e.step >= s.last_step AND v.eval_id = e.id AND v.name_id = n.id)
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
  UNION ALL
  SELECT r.id, r.name, r.method, n.name, n.goal, v.value, e.step, n.unit, e.measure, e.missing
  FROM metric_name n
    CROSS JOIN run r
    CROSS JOIN eval e
    CROSS JOIN eval_value v ON v.eval_id = e.id AND v.name_id = n.id
  WHERE EXISTS (SELECT 1 FROM eval_value w WHERE w.name_id = n.id)
    AND e.id = (SELECT f.id FROM eval f CROSS JOIN eval_value w
      WHERE f.run_id = r.id AND w.eval_id = f.id AND w.name_id = n.id
      ORDER BY f.step DESC, f.id DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM metric_summary s WHERE s.run_id = r.id AND s.name_id = n.id AND s.last_step > e.step)
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_best AS
  -- The best value of every run and metric that has a goal, over its series and its evaluations; the
  -- earliest of equals. Of a run that trains, what was measured before training (step 0) does not count.
  WITH
    -- As metric_summary; the extremes over the steps that count
    extremes AS NOT MATERIALIZED (
      SELECT y.run_id, y.name_id,
        CASE WHEN y.max_step = 0 AND t.steps > 0 THEN (SELECT m.value FROM metric m WHERE m.run_id = y.run_id
          AND m.name_id = y.name_id AND m.step > 0 AND m.value IS NOT NULL ORDER BY m.value DESC, m.step LIMIT 1)
          ELSE y.max END AS max,
        CASE WHEN y.max_step = 0 AND t.steps > 0 THEN (SELECT m.step FROM metric m WHERE m.run_id = y.run_id
          AND m.name_id = y.name_id AND m.step > 0 AND m.value IS NOT NULL ORDER BY m.value DESC, m.step LIMIT 1)
          ELSE y.max_step END AS max_step,
        CASE WHEN y.min_step = 0 AND t.steps > 0 THEN (SELECT m.value FROM metric m WHERE m.run_id = y.run_id
          AND m.name_id = y.name_id AND m.step > 0 AND m.value IS NOT NULL ORDER BY m.value, m.step LIMIT 1)
          ELSE y.min END AS min,
        CASE WHEN y.min_step = 0 AND t.steps > 0 THEN (SELECT m.step FROM metric m WHERE m.run_id = y.run_id
          AND m.name_id = y.name_id AND m.step > 0 AND m.value IS NOT NULL ORDER BY m.value, m.step LIMIT 1)
          ELSE y.min_step END AS min_step
      FROM metric_summary y CROSS JOIN run t ON t.id = y.run_id
    )
  SELECT
    r.id AS run_id,              -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    n.name AS metric,            -- its name
    n.goal,                      -- max or min
    CASE n.goal WHEN 'max' THEN s.max ELSE s.min END AS value,          -- the best one
    CASE n.goal WHEN 'max' THEN s.max_step ELSE s.min_step END AS step, -- where it was reached
    n.unit                       -- of the value; empty: a plain number
  -- without GROUP BY a condition on a run or a metric reads only its own rows
  FROM metric_name n
    JOIN extremes s ON s.name_id = n.id
    JOIN run r ON r.id = s.run_id
  WHERE n.goal IN ('max', 'min') AND s.max IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM eval e CROSS JOIN eval_value v
      WHERE e.run_id = r.id AND v.eval_id = e.id AND v.name_id = n.id AND NOT (e.step = 0 AND r.steps > 0)
        AND CASE n.goal WHEN 'max' THEN v.value > s.max ELSE v.value < s.min END)
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
  UNION ALL
  SELECT r.id, r.name, r.method, n.name, n.goal, v.value, e.step, n.unit
  FROM metric_name n
    CROSS JOIN run r
    CROSS JOIN eval e
    CROSS JOIN eval_value v ON v.eval_id = e.id AND v.name_id = n.id
  WHERE n.goal = 'max' AND EXISTS (SELECT 1 FROM eval_value w WHERE w.name_id = n.id)
    AND e.id = (SELECT f.id FROM eval f CROSS JOIN eval_value w
      WHERE f.run_id = r.id AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL AND NOT (f.step = 0 AND r.steps > 0)
      ORDER BY w.value DESC, f.step, f.id LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM extremes s WHERE s.run_id = r.id AND s.name_id = n.id AND s.max >= v.value)
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
  UNION ALL
  SELECT r.id, r.name, r.method, n.name, n.goal, v.value, e.step, n.unit
  FROM metric_name n
    CROSS JOIN run r
    CROSS JOIN eval e
    CROSS JOIN eval_value v ON v.eval_id = e.id AND v.name_id = n.id
  WHERE n.goal = 'min' AND EXISTS (SELECT 1 FROM eval_value w WHERE w.name_id = n.id)
    AND e.id = (SELECT f.id FROM eval f CROSS JOIN eval_value w
      WHERE f.run_id = r.id AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL AND NOT (f.step = 0 AND r.steps > 0)
      ORDER BY w.value, f.step, f.id LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM extremes s WHERE s.run_id = r.id AND s.name_id = n.id AND s.min <= v.value)
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_untrained AS
  -- Runs of method random that evaluate the untrained encoder of another run: on the same dataset, with the same
  -- encoder, held-out images and input size, by the same protocol with the same settings.
  SELECT
    r.id AS run_id,              -- row of run: the trained one
    n.name AS metric,            -- name of the metric
    q.id AS random_id,           -- row of run: the untrained one
    v.value                      -- the newest value of the untrained run
  FROM metric_name n
    CROSS JOIN run r
    CROSS JOIN eval o
    CROSS JOIN run q ON q.method = 'random' AND q.status = 'done' AND +q.dataset_id = r.dataset_id
    CROSS JOIN eval e ON e.run_id = q.id AND e.protocol = o.protocol AND e.measure = o.measure
    CROSS JOIN eval_value v ON v.eval_id = e.id AND v.name_id = n.id
  WHERE r.method <> 'random' AND v.value IS NOT NULL
    AND o.id = (SELECT f.id FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND w.eval_id = f.id
      AND w.name_id = n.id ORDER BY f.step DESC, f.id DESC LIMIT 1)
    AND e.id = (SELECT f.id FROM eval f CROSS JOIN eval_value w WHERE f.run_id = q.id AND w.eval_id = f.id
      AND w.name_id = n.id ORDER BY f.step DESC, f.id DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM param a CROSS JOIN param_name k ON k.id = a.name_id
      WHERE a.recipe_id = r.recipe_id AND (k.name GLOB 'encoder.*' OR k.name GLOB 'data.val*' OR k.name = 'augment.size')
        AND a.value IS NOT (SELECT b.value FROM param b WHERE b.recipe_id = q.recipe_id AND b.name_id = a.name_id))
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id IN (r.id, q.id));

CREATE VIEW v_floor AS
  -- The floor of runs that train: what their encoder was worth untrained, one metric of an evaluation a row. It is
  -- the run's own evaluation at epoch 0, else the mean of the runs of method random in v_untrained.
  -- One SELECT, so that a condition on a run and a metric reads these alone, in a subquery, too.
  SELECT
    r.id AS run_id,              -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    n.name AS metric,            -- name of the metric
    coalesce((SELECT w.value FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL ORDER BY f.id DESC LIMIT 1),
      (SELECT avg(u.value) FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name)) AS floor, -- the value of the untrained encoder
    CASE WHEN EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      THEN 'epoch 0' ELSE 'random' END AS source, -- epoch 0: the run's own evaluation before training; random: runs of that method
    CASE WHEN EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      THEN 1 ELSE (SELECT count(*) FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name) END AS n -- how many values the floor is the mean of
  FROM metric_name n
    CROSS JOIN run r
  WHERE n.goal = 'max' AND r.steps > 0
    AND (EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      OR EXISTS (SELECT 1 FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name))
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_seed AS
  -- Replicates: finished runs that differ in nothing but the seed, per metric. A seed that was run
  -- twice counts once, with its newest run. The interval is the 95 % one of the mean (Student's t).
  -- Runs that collapsed or were pruned enter no mean, and are counted beside it.
  WITH
    -- Of each run the value at the last step, as in v_last. One level of GROUP BY above plain tables:
    -- SQLite then takes a condition on the metric inside; CROSS JOIN: runs first, so that each is looked at once
    spread AS (
      SELECT p.group_hash, r.dataset_id, r.method, n.name AS metric, count(CASE WHEN r.status = 'done' THEN CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END END) AS n,
        avg(CASE WHEN r.status = 'done' THEN CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END END) AS mean,
        min(CASE WHEN r.status = 'done' THEN CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END END) AS low,
        max(CASE WHEN r.status = 'done' THEN CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END END) AS high,
        group_concat(CASE WHEN r.status = 'done' AND CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END IS NOT NULL THEN r.seed END, ' ') AS seeds,
        group_concat(CASE WHEN r.status = 'done' THEN CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END END) AS x,
        count(CASE r.status WHEN 'collapsed' THEN 1 END) AS collapsed, count(CASE r.status WHEN 'pruned' THEN 1 END) AS pruned,
        max(r.recipe_id) AS recipe_id
      FROM run r CROSS JOIN recipe p ON p.id = r.recipe_id CROSS JOIN metric_name n
        LEFT JOIN metric_summary s ON s.run_id = r.id AND s.name_id = n.id
        LEFT JOIN eval_value v ON v.name_id = n.id AND EXISTS (SELECT 1 FROM eval_value z WHERE z.name_id = n.id)
          AND v.eval_id = (SELECT f.id FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND w.eval_id = f.id
            AND w.name_id = n.id AND (s.last_step IS NULL OR f.step >= s.last_step)
          ORDER BY f.step DESC, f.id DESC LIMIT 1)
      WHERE r.status IN ('done', 'collapsed', 'pruned')
        AND NOT EXISTS (SELECT 1 FROM trash t WHERE t.run_id = r.id)
        AND NOT EXISTS (SELECT 1 FROM run q
          WHERE q.recipe_id = r.recipe_id AND q.id <> r.id AND q.status IN ('done', 'collapsed', 'pruned')
            -- of runs that ended alike the newest counts, and one that finished before any other
            AND (CASE WHEN (q.status = 'done') = (r.status = 'done') THEN q.id > r.id ELSE q.status = 'done' END)
            AND +q.dataset_id IS r.dataset_id AND q.id NOT IN (SELECT run_id FROM trash))
      GROUP BY p.group_hash, r.dataset_id, n.name
      HAVING count(CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END) > 0
    ),
    moments AS (
      -- DISTINCT, so that the variance is worked out once a row, and not at each of its uses below
      SELECT DISTINCT *, (SELECT sum((j.value - mean) * (j.value - mean)) FROM json_each('[' || x || ']') j) / nullif(n - 1, 0) AS variance
      FROM spread
    ),
    t(df, q) AS (
      -- 97.5 % quantiles of Student's t; above 30 degrees of freedom from the expansion in 1/df
      VALUES (1, 12.7062047362), (2, 4.3026527297), (3, 3.1824463053), (4, 2.7764451052),
        (5, 2.5705818356), (6, 2.4469118511), (7, 2.3646242516), (8, 2.3060041352),
        (9, 2.2621571628), (10, 2.2281388520), (11, 2.2009851601), (12, 2.1788128297),
        (13, 2.1603686565), (14, 2.1447866879), (15, 2.1314495456), (16, 2.1199052992),
        (17, 2.1098155778), (18, 2.1009220402), (19, 2.0930240544), (20, 2.0859634473),
        (21, 2.0796138447), (22, 2.0738730679), (23, 2.0686576104), (24, 2.0638985616),
        (25, 2.0595385528), (26, 2.0555294386), (27, 2.0518305165), (28, 2.0484071418),
        (29, 2.0452296421), (30, 2.0422724563)
    ),
    dev AS (
      SELECT *,
        CASE WHEN variance > 0 THEN (
          -- the square root by Newton's method, since not every SQLite has sqrt()
          WITH RECURSIVE root(x, i) AS (
            SELECT CASE WHEN variance > 1 THEN variance ELSE 1.0 END, 0
            UNION ALL
            SELECT (x + variance / x) / 2, i + 1 FROM root WHERE i < 80 AND (x + variance / x) / 2 < x)
          SELECT min(x) FROM root) ELSE variance END AS sd,
        (WITH RECURSIVE root(x, i) AS (
            SELECT 1.0 * n, 0
            UNION ALL
            SELECT (x + n / x) / 2, i + 1 FROM root WHERE i < 80 AND (x + n / x) / 2 < x)
          SELECT min(x) FROM root) AS root_n,
        coalesce((SELECT q FROM t WHERE df = n - 1), 1.9599639845 + (2.3722712302 + (2.8224986157 + 2.5558497 / (n - 1)) / (n - 1)) / (n - 1))
          AS quantile
      FROM moments
    )
  SELECT
    s.group_hash,                -- of the recipe without its seed
    s.method,                    -- byol, barlow, vicreg ...
    d.name AS dataset,           -- its name
    s.metric,                    -- its name
    s.n,                         -- seeds that finished with a value: those of the mean
    s.mean,                      -- of the final values, not of the best ones
    s.sd,                        -- of the sample; NULL for one seed
    s.mean - s.quantile * s.sd / s.root_n AS ci_low,  -- of the mean
    s.mean + s.quantile * s.sd / s.root_n AS ci_high, -- of the mean
    s.low AS min,                -- smallest
    s.high AS max,               -- largest
    s.seeds,                     -- separated by spaces
    s.dataset_id,                -- row of dataset
    d.label AS dataset_label,    -- as in v_run
    s.collapsed,                 -- seeds whose run collapsed: in no mean
    s.pruned,                    -- seeds whose run was pruned: in no mean
    s.recipe_id                  -- row of recipe, of the one of them that was recorded last: v_recipe_param has its hyperparameters
  FROM dev s
    LEFT JOIN v_dataset d ON d.id = s.dataset_id;

CREATE VIEW v_confusion AS
  -- Confusion matrices of evaluations, one cell a row; no row where it is 0.
  SELECT
    c.eval_id,                   -- row of eval
    e.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    e.protocol,                  -- knn, linear, finetune
    e.split,                     -- of the images that were classified: test, val
    e.step,                      -- of the state that was evaluated
    e.epoch,                     -- of the state that was evaluated
    c.actual,                    -- number of the class that the images are of, from 0
    c.predicted,                 -- number of the class that was guessed
    c.n                          -- images
  FROM eval_confusion c
    JOIN eval e ON e.id = c.eval_id
    JOIN run r ON r.id = e.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_class AS
  -- Evaluations by class, one class a row.
  SELECT
    c.eval_id,                   -- row of eval
    e.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    e.protocol,                  -- knn, linear, finetune
    e.split,                     -- of the images that were classified: test, val
    e.step,                      -- of the state that was evaluated
    e.epoch,                     -- of the state that was evaluated
    c.actual AS class,           -- its number, from 0
    sum(c.n) AS images,          -- of this class
    sum(CASE WHEN c.predicted = c.actual THEN c.n ELSE 0 END) AS correct, -- of these, guessed
    100.0 * sum(CASE WHEN c.predicted = c.actual THEN c.n ELSE 0 END) / sum(c.n) AS accuracy -- in percent
  FROM eval_confusion c
    JOIN eval e ON e.id = c.eval_id
    JOIN run r ON r.id = e.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
  GROUP BY c.eval_id, c.actual;

CREATE VIEW v_sweep AS
  -- Sweeps, one a row, and how far they are.
  SELECT
    s.id,                        -- local number
    s.name,                      -- its name
    CASE WHEN c.unsettled = 0 THEN 'finished' WHEN s.state = 'paused' THEN 'paused'
      WHEN c.running > 0 THEN 'running' ELSE 'waiting' END AS state,
                                 -- finished: every cell is settled; running: some have a living worker
    c.recipes,                   -- that differ in more than the seed
    c.seeds,                     -- most replicates of one
    c.cells,                     -- recipes and seeds
    c.queued,                    -- cells that wait, those of dead workers included
    c.running,                   -- cells that have a living worker
    c.done,                      -- cells that were run to their end
    c.failed,                    -- cells that were given up
    c.pruned,                    -- cells that were hopeless
    s.objective,                 -- metric that it is for
    coalesce(nullif((SELECT n.goal FROM metric_name n WHERE n.name = s.objective), 'none'), s.goal) AS goal, -- of the objective: max, min; the metric's own, where it has one
    s.created,                   -- when it was first started
    s.command,                   -- that first started it
    s.uuid                       -- the same in every store
  FROM sweep s
    JOIN (SELECT sweep_id, count(DISTINCT ordinal) AS recipes, count(DISTINCT seed) AS seeds, count(*) AS cells,
      total(status IN ('queued', 'running')) AS unsettled,
      CAST(total(status = 'queued' OR (status = 'running' AND lease_until < (julianday('now') - 2440587.5) * 86400)) AS INTEGER) AS queued,
      CAST(total(status = 'running' AND lease_until >= (julianday('now') - 2440587.5) * 86400) AS INTEGER) AS running,
      CAST(total(status = 'done') AS INTEGER) AS done,
      CAST(total(status = 'failed') AS INTEGER) AS failed,
      CAST(total(status = 'pruned') AS INTEGER) AS pruned
      FROM cell GROUP BY sweep_id) c ON c.sweep_id = s.id;

CREATE VIEW v_cell AS
  -- Cells of sweeps, one a row.
  SELECT
    c.id,                        -- row of cell
    s.name AS sweep,             -- name of the sweep
    s.name || ':' || c.ordinal || '.' || c.seed AS ref, -- as commands take it
    c.ordinal AS cell,           -- of the recipe without its seed
    c.seed,                      -- replicates differ in nothing else
    c.label || CASE WHEN d.label <> d.name
      THEN CASE c.label WHEN '' THEN '' ELSE ' ' END || 'data.set=' || d.label ELSE '' END AS label,
                                 -- what tells it from the other cells, the replaced dataset that it is on included
    CASE WHEN c.status = 'running' AND NOT (SELECT l.alive FROM v_cell_alive l WHERE l.cell_id = c.id)
      THEN 'stale' ELSE c.status END AS status, -- queued running done failed pruned; stale: its worker is dead
    r.name AS run,               -- name of the run
    r.epoch,                     -- that the run has finished
    r.epochs,                    -- planned
    (SELECT l.value FROM v_last l WHERE l.run_id = c.run_id AND l.metric IN (s.objective, s.objective || '/rule=1')
      ORDER BY l.metric LIMIT 1) AS objective, -- last value of the sweep's metric; by an older rule where there is no other: see objective_metric
    c.claims,                    -- how often a worker took it
    c.failures,                  -- of these, ended by a fault or a dead worker
    c.worker,                    -- that took it last: host and process
    c.error,                     -- why it failed last, or was pruned
    c.finished,                  -- when it was settled
    r.seconds,                   -- that its run has taken
    p.group_hash,                -- of the recipe without its seed
    p.hash AS recipe_hash,       -- of the recipe
    c.sweep_id,                  -- row of sweep
    c.run_id,                    -- row of run
    (SELECT l.metric FROM v_last l WHERE l.run_id = c.run_id AND l.metric IN (s.objective, s.objective || '/rule=1')
      ORDER BY l.metric LIMIT 1) AS objective_metric -- name of the metric whose value objective is
  FROM cell c
    JOIN sweep s ON s.id = c.sweep_id
    JOIN recipe p ON p.id = c.recipe_id
    JOIN v_dataset d ON d.id = c.dataset_id
    LEFT JOIN run r ON r.id = c.run_id AND r.id NOT IN (SELECT run_id FROM trash);

CREATE VIEW v_spectrum AS
  -- Vectors of runs, one value a row. z and h: eigenvalues of the covariance of embeddings and features,
  -- predictor.F: of its input's uncentred correlation (all log10); predictor.W: of the symmetric part of
  -- its weights; predictor.p and predictor.cos: u^T W u and cos(u, W u) for each eigenvector u of F.
  SELECT
    s.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    s.name AS spectrum,          -- z, h, predictor.F, predictor.W, predictor.p, predictor.cos
    s.step,                      -- steps finished then
    CASE WHEN r.steps > 0 THEN 1.0 * s.step * r.epochs / r.steps END AS epoch, -- with its fraction
    s.i,                         -- 0 for the largest eigenvalue
    s.value                      -- of the vector's element i
  FROM spectrum s
    JOIN run r ON r.id = s.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_collapse AS
  -- What was last measured of collapse, one run a row, and what it comes to.
  WITH
    measured AS (
      SELECT r.id AS run_id, r.name AS run, r.method, r.steps, r.epochs,
        (SELECT s.last_step FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.h.std')) AS step,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.std')) AS std,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.std_ratio')) AS std_ratio,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.raw_std')) AS raw_std,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.rankme')) AS rankme,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.effective_rank')) AS effective_rank,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.alignment')) AS alignment,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.uniformity')) AS uniformity,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.h.std_ratio')) AS h_std_ratio,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.h.rankme')) AS h_rankme,
        (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
        AND s.name_id = (SELECT id FROM metric_name WHERE name = 'collapse.flag')) AS flag
      FROM run r
      WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
    ),
    trained AS (
      SELECT *,
        -- min(images, dimensions); without the spectrum the dimensions
        coalesce((SELECT max(p.i) + 1 FROM spectrum p WHERE p.run_id = x.run_id AND p.name = 'z' AND p.step = x.step),
          CAST(round((std_ratio / std) * (std_ratio / std)) AS INTEGER)) AS rank_most,
        (SELECT avg(m.value) FROM metric m WHERE m.run_id = x.run_id AND m.step BETWEEN 1 AND 10
          AND m.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss_start,
        (SELECT avg(m.value) FROM metric m WHERE m.run_id = x.run_id AND m.step <= x.step
          AND m.step > x.step - x.steps / x.epochs
          AND m.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss_end,
        -- the least that the loss can be
        CASE method WHEN 'simsiam' THEN -1 ELSE 0 END AS loss_floor
      FROM measured x WHERE step IS NOT NULL
    ),
    judged AS (
      SELECT *, (loss_start - loss_end) / nullif(loss_start - loss_floor, 0) AS progress
      FROM trained
    ),
    verdicts AS (
      SELECT *,
        CASE WHEN flag IS NULL OR std_ratio IS NULL THEN 'unknown' WHEN flag > 0 THEN 'collapsed'
          WHEN step > 0 AND rank_most > 4 AND rankme < max(2.0, rank_most / 40.0) THEN 'low rank'
          WHEN step < 3 * steps / epochs OR progress IS NULL THEN 'healthy'
          WHEN progress < CASE WHEN method IN ('byol', 'simsiam', 'directpred') THEN 0.15 ELSE 0.02 END
            THEN 'not learning' ELSE 'healthy' END AS verdict
      FROM judged
    )
  SELECT
    run_id,                      -- row of run
    run,                         -- name of the run
    method,                      -- byol, barlow, vicreg ...
    step,                        -- steps finished when it was measured
    CASE WHEN steps > 0 THEN 1.0 * step * epochs / steps END AS epoch, -- with its fraction
    verdict,                     -- collapsed: collapse.flag; low rank: RankMe under 2.5 % of rank_most, or under 2; not learning: no collapse, yet after three epochs or more progress is under 0.15 (byol, simsiam, directpred), 0.02 (others, whose loss never comes near its least); healthy; unknown: no embeddings were measured, or they are not finite
    std,                         -- of the normalised embeddings
    std_ratio,                   -- that times sqrt(d): 1 spread, 0 collapsed
    raw_std,                     -- of the embeddings as they are
    rankme,                      -- of the embeddings
    effective_rank,              -- of the centred embeddings
    alignment,                   -- mean squared distance of two views, normalised
    uniformity,                  -- log of the mean Gaussian potential: 0 collapsed, -4 spread
    h_std_ratio,                 -- as std_ratio, of the features
    h_rankme,                    -- as rankme, of the features
    CAST(flag AS INTEGER) AS flag, -- 0 none, 1 std, 2 rank, 3 scale: under its threshold
    loss_start,                  -- mean of the first ten steps
    loss_end,                    -- mean of the last epoch
    progress,                    -- share of the way from loss_start to the least possible loss
    CASE
      WHEN flag = 2 THEN printf('collapsed: RankMe %.3g, std %.2g of 1/sqrt(d)', rankme, std_ratio)
      WHEN flag = 3 THEN printf('collapsed: std %.2g of the 1 that the loss aims at', raw_std)
      WHEN flag > 0 THEN printf('collapsed: std %.2g of 1/sqrt(d)', std_ratio)
      WHEN verdict = 'low rank' THEN printf('low rank: %.2g of %d (RankMe), std %.2g of 1/sqrt(d)',
        rankme, rank_most, std_ratio)
      WHEN verdict = 'not learning' THEN printf(
        'not learning: the loss stays high (%.3g, at first %.3g), std healthy: %.2g of 1/sqrt(d)',
        loss_end, loss_start, std_ratio)
      WHEN flag IS NOT NULL AND std_ratio IS NULL THEN 'unknown: the embeddings are not finite'
      WHEN std_ratio IS NOT NULL THEN printf('none: std %.2g of 1/sqrt(d), RankMe %.3g', std_ratio, rankme)
        || coalesce(' of ' || rank_most, '')
    END AS summary,              -- the same in words
    rank_most                    -- the most that rankme can be: images that were measured, or dimensions of the embedding
  FROM verdicts;

CREATE VIEW v_digest AS
  -- The digest chain: a link at the end of every epoch.
  SELECT
    d.run_id,                    -- row of run
    r.name AS run,               -- name of the run
    r.method,                    -- byol, barlow, vicreg ...
    d.step,                      -- steps finished then
    d.epoch,                     -- epochs finished then
    d.metrics,                   -- SHA-256 over the values recorded since the link before, timings left out
    d.state,                     -- SHA-256 over the tensors that a checkpoint would hold
    d.chain                      -- SHA-256 over the chain before, metrics and state
  FROM digest d
    JOIN run r ON r.id = d.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);
