-- What can be derived from the tables. When a writer opens a store whose views differ from these, it drops and
-- creates them again. They use only what stock SQLite has, so that every tool can read them. The names of views and
-- columns are a contract; new columns are added at the end, and a renamed column keeps its old name for one version.

CREATE VIEW v_dataset AS
  -- Datasets, one per row, with a label that distinguishes datasets of the same name.
  SELECT
    d.id,                        -- number of the row, local to this store
    d.name,                      -- name of the dataset, as in data.set
    CASE WHEN d.removed IS NOT NULL AND (SELECT max(o.sha256 <> d.sha256) > 0 AND
        max(o.removed IS NULL AND o.sha256 = d.sha256) = 0 FROM dataset o WHERE o.name = d.name)
      THEN d.name || '@' || substr(d.sha256, 1, 8) ELSE d.name END AS label,
                                 -- the name; if another dataset has replaced this one under its name, name@ and the first 8 digits of sha256
    d.sha256,                    -- SHA-256 of the dataset file, which identifies the dataset
    d.created,                   -- when the dataset was imported (UTC)
    d.removed                    -- when the dataset was removed or replaced (UTC), else NULL
  FROM dataset d;

CREATE VIEW v_run_alive AS
  -- Whether the process of each running run is alive, according to its heartbeat. `ssl` itself asks the process's
  -- lock.
  SELECT
    r.id AS run_id,              -- the run (run.id)
    abs((julianday('now') - 2440587.5) * 86400 - a.heartbeat) <= 90 AS alive -- 1: alive; 0: no heartbeat for more than 90 s
  FROM run r JOIN attempt a ON a.id = r.attempt_id WHERE r.status = 'running';

CREATE VIEW v_cell_alive AS
  -- Whether the worker of each running cell is alive, according to its lease. `ssl` itself asks the worker's lock.
  SELECT
    c.id AS cell_id,             -- the cell (cell.id)
    c.lease_until >= (julianday('now') - 2440587.5) * 86400 AS alive -- 1: alive; 0: the lease has expired
  FROM cell c WHERE c.status = 'running';

CREATE VIEW v_run AS
  -- Runs, one per row.
  SELECT
    r.id,                        -- number of the run, local to this store
    r.name,                      -- readable name of the run
    r.uuid,                      -- identifier of the run, the same in every store that it is copied to
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    d.name AS dataset,           -- name of the dataset
    CASE WHEN r.status = 'running' AND NOT (SELECT l.alive FROM v_run_alive l WHERE l.run_id = r.id)
      THEN 'stale' ELSE r.status END AS status, -- status as in table run; stale: running, but its process is dead (see v_run_alive)
    r.seed,                      -- seed of the run; replicates differ in nothing else
    r.epochs,                    -- number of epochs planned
    r.epoch,                     -- number of epochs finished
    r.steps,                     -- number of steps planned
    r.step,                      -- number of steps finished
    (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
      AND s.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss, -- last value of the loss
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS knn_top1, -- kNN top-1 accuracy of the last evaluation in percent, on test if there is one, else on val (see knn_split)
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS linear_top1, -- linear-probe top-1 accuracy of the last evaluation in percent, on test if there is one, else on val (see linear_split)
    r.seconds,                   -- wall-clock seconds of all attempts that have ended
    (SELECT s.last FROM metric_summary s WHERE s.run_id = r.id
      AND s.name_id = (SELECT id FROM metric_name WHERE name = 'images_per_s')) AS images_per_s, -- last value of the metric images_per_s
    r.peak_rss,                  -- largest amount of memory that the process held, in bytes
    r.arena_peak,                -- largest amount of memory that training itself held, in bytes
    r.threads,                   -- number of threads that computed
    (SELECT a.n FROM attempt a WHERE a.id = r.attempt_id) AS attempts, -- number of times that the run was started or resumed
    r.exit_code,                 -- exit code of the process; NULL while the run is running
    r.error,                     -- why the run failed, was stopped, collapsed or was pruned
    (SELECT group_concat(t.name, ' ') FROM tag t WHERE t.run_id = r.id) AS tags, -- tags of the run, separated by spaces
    r.created,                   -- when the run was recorded (UTC)
    r.finished,                  -- when the run ended (UTC); NULL while it is running
    CAST((julianday('now') - julianday(r.created)) * 86400 AS INTEGER) AS age, -- seconds since the run was recorded
    CASE WHEN r.status = 'running' THEN (julianday('now') - 2440587.5) * 86400 -
      (SELECT a.heartbeat FROM attempt a WHERE a.id = r.attempt_id) END AS silent,
                                 -- seconds since the last heartbeat of a running run, else NULL
    r.command,                   -- command line of the run, as it was typed
    p.hash AS recipe_hash,       -- SHA-256 of the resolved recipe
    p.group_hash,                -- hash of the recipe without its seed, equal for replicates
    d.sha256 AS dataset_sha256,  -- SHA-256 of the dataset file
    c.version,                   -- version of ssl
    c.binary_sha256,             -- SHA-256 of the ssl executable
    c.user_commit,               -- HEAD of the git repository of the user's working directory; empty if there is none or it is unknown
    nullif(c.user_dirty, -1) AS user_dirty, -- 1: the user's git repository had uncommitted changes; 0: it had none; NULL: unknown
    h.name AS host,              -- host name of the machine
    h.cpu,                       -- model of the processor
    r.recipe_id,                 -- the recipe (recipe.id)
    r.dataset_id,                -- the dataset (dataset.id)
    r.code_id,                   -- code of the first attempt (code.id)
    r.host_id,                   -- machine of the first attempt (host.id)
    r.attempt_id,                -- the newest attempt (attempt.id)
    d.label AS dataset_label,    -- name of the dataset; if the name means other data now, name@ and the first 8 digits of its sha256
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1')) THEN 'test'
      WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1')) THEN 'val' END AS knn_split, -- split that knn_top1 was measured on: test or val
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS knn_missing, -- why the evaluation behind knn_top1 has no result, else NULL
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1')) THEN 'test'
      WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1')) THEN 'val' END AS linear_split, -- split that linear_top1 was measured on: test or val
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1'))
      THEN (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT v.missing FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.linear.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END AS linear_missing, -- why the evaluation behind linear_top1 has no result, else NULL
    r.rules,                     -- version of the rules by which the run's series were computed (metric_rule.version)
    CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1'))
      THEN (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1)
      ELSE (SELECT e.value FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'val.knn.top1') ORDER BY v.step DESC, v.id DESC LIMIT 1) END
      - (SELECT f.floor FROM v_floor f WHERE f.run_id = r.id AND f.metric = (CASE WHEN EXISTS (SELECT 1 FROM eval v CROSS JOIN eval_value e WHERE v.run_id = r.id AND e.eval_id = v.id
        AND e.name_id = (SELECT id FROM metric_name WHERE name = 'test.knn.top1')) THEN 'test' ELSE 'val' END) || '.knn.top1') AS gain, -- knn_top1 less that of the untrained encoder, in percentage points; NULL: the floor is not known (see v_floor)
    (SELECT c.verdict FROM v_collapse c WHERE c.run_id = r.id) AS collapse, -- verdict of v_collapse: collapsed, low rank, not learning, healthy, unknown; NULL: nothing was measured
    (SELECT coalesce(sum(o.bytes), 0) FROM object o
      WHERE o.id IN (SELECT k.object_id FROM checkpoint k WHERE k.run_id = r.id)) AS bytes,
                                 -- size in bytes of the files of the run's checkpoints; a file that several runs share counts in full for each of them
    r.seconds * r.threads / 3600 AS core_hours, -- seconds times threads, in hours
    CASE WHEN r.status NOT IN ('running', 'done') THEN coalesce((SELECT c.error FROM cell c
      WHERE c.run_id = r.id AND c.status = 'pruned'), r.error) END AS reason, -- why the run failed, collapsed, was stopped or was pruned; NULL if it is done or running
    CASE WHEN r.status = 'running' THEN coalesce(r.seconds, 0) + (SELECT max(0.0, CASE WHEN (SELECT l.alive FROM v_run_alive l WHERE l.run_id = r.id)
        THEN (julianday('now') - 2440587.5) * 86400 ELSE a.heartbeat END - (julianday(a.started) - 2440587.5) * 86400) FROM attempt a WHERE a.id = r.attempt_id)
      ELSE r.seconds END AS elapsed, -- seconds that it has taken so far: settled attempts and the running one; of a stale run up to its last heartbeat
    CASE WHEN r.status = 'running' AND (SELECT l.alive FROM v_run_alive l WHERE l.run_id = r.id)
      THEN (SELECT (r.steps - r.step) * max(0.0, a.heartbeat - (julianday(a.started) - 2440587.5) * 86400 - coalesce((SELECT sum(e.seconds)
        FROM eval e WHERE e.run_id = r.id AND e.step = a.from_step AND e.created >= a.started), 0)) / (r.step - a.from_step)
        FROM attempt a WHERE a.id = r.attempt_id AND r.step > a.from_step) END AS eta, -- seconds that are left of a running run, by the steps that its newest attempt has taken; NULL: it is not running, or none is recorded yet
    (SELECT replace(group_concat(DISTINCT a.device), ',', ' ') FROM attempt a WHERE a.run_id = r.id) AS device, -- device that computed the run, such as cpu or cuda; of a run resumed on another one all of them, separated by spaces
    (SELECT replace(group_concat(DISTINCT t.name), ',', ' ') FROM attempt a JOIN engine_table t ON t.id = a.engine_table_id
      WHERE a.run_id = r.id) AS engines -- table of engines that the run used; of a run resumed with another one all of them, separated by spaces; NULL: none
  FROM run r
    LEFT JOIN v_dataset d ON d.id = r.dataset_id
    LEFT JOIN recipe p ON p.id = r.recipe_id
    LEFT JOIN code c ON c.id = r.code_id
    LEFT JOIN host h ON h.id = r.host_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_param AS
  -- Hyperparameters of every run, one per row, defaults included.
  SELECT
    r.id AS run_id,              -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    n.name AS param,             -- dotted name of the hyperparameter, such as vicreg.mu
    p.value,                     -- value as canonical text
    p.number,                    -- value as a number; NULL if it is not a number
    p.in_force                   -- number in effect: the value itself, or what a word such as same stands for
  FROM run r
    JOIN param p ON p.recipe_id = r.recipe_id
    JOIN param_name n ON n.id = p.name_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_recipe_param AS
  -- Hyperparameters of every recipe, one per row, defaults included. Joined by recipe_id to v_seed, v_run or cell,
  -- with a condition on param, it gives that hyperparameter as a column.
  SELECT
    p.recipe_id,                 -- the recipe (recipe.id)
    n.name AS param,             -- dotted name of the hyperparameter, such as vicreg.mu
    p.value,                     -- value as canonical text
    p.number,                    -- value as a number; NULL if it is not a number
    p.in_force                   -- number in effect: the value itself, or what a word such as same stands for
  FROM param p
    JOIN param_name n ON n.id = p.name_id;

CREATE VIEW v_metric AS
  -- Series of metrics: one value per run, metric and step.
  SELECT
    m.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    n.name AS metric,            -- name of the metric
    m.step,                      -- number of steps finished when the value was recorded
    CASE WHEN r.steps > 0 THEN 1.0 * m.step * r.epochs / r.steps END AS epoch, -- epochs finished at that step, with a fraction
    m.value,                     -- the value; NULL if it is not finite
    CASE m.kind WHEN 0 THEN 'number' WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END AS kind, -- number, nan, inf or -inf
    n.name GLOB '*[/,]rule=*' AS superseded -- 1: a newer rule computes the metric differently (see metric_rule), else 0
  FROM metric m
    JOIN metric_name n ON n.id = m.name_id
    JOIN run r ON r.id = m.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_eval AS
  -- Results of evaluations, one value per row.
  SELECT
    e.id AS eval_id,             -- the evaluation (eval.id)
    e.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    e.protocol,                  -- evaluation protocol: knn, linear, finetune
    e.split,                     -- split of the images that were classified: test or val
    n.name AS metric,            -- name of the metric: split, protocol and value, with settings that differ from the run's recipe: test.knn.top1/k=200
    v.value,                     -- the value; NULL if it is not finite
    CASE v.kind WHEN 0 THEN 'number' WHEN 1 THEN 'nan' WHEN 2 THEN 'inf' ELSE '-inf' END AS kind, -- number, nan, inf or -inf
    e.step,                      -- step of the evaluated state
    e.epoch,                     -- epoch of the evaluated state
    e.settings,                  -- settings of the protocol, as a JSON object
    e.seconds,                   -- seconds that the evaluation took
    e.created,                   -- when the evaluation was made (UTC)
    e.differs,                   -- settings that differ from the run's recipe, as in the metric's name; empty: none
    e.measure,                   -- everything that the value depends on except the encoder and the images; only values of equal measure can be compared
    e.missing,                   -- why the evaluation has no result; NULL: it has one
    e.rules,                     -- version of the rules by which the value was computed (metric_rule.version)
    n.name GLOB '*[/,]rule=*' AS superseded -- 1: a newer rule computes the metric differently (see metric_rule), else 0
  FROM eval e
    JOIN run r ON r.id = e.run_id
    JOIN eval_value v ON v.eval_id = e.id
    JOIN metric_name n ON n.id = v.name_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_last AS
  -- The last value of every metric of every run: that of the newest evaluation at the last step, or else that of the
  -- series.
  SELECT
    r.id AS run_id,              -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    n.name AS metric,            -- name of the metric
    n.goal,                      -- max, min or none, as in metric_name.goal
    s.last AS value,             -- last value; NULL if it is not finite, or missing
    s.last_step AS step,         -- step of the last value
    n.unit,                      -- unit of the value; empty: a plain number
    NULL AS measure,             -- measure of an evaluation, as in v_eval; NULL for a series
    NULL AS missing              -- why the evaluation has no result, else NULL
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
  -- The best value of every run and metric that has a goal, over its series and its evaluations; of equal values the
  -- earliest. For a run that trains, values measured before training (step 0) do not count.
  WITH
    -- like metric_summary, but with the extremes over the steps that count
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
    r.id AS run_id,              -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    n.name AS metric,            -- name of the metric
    n.goal,                      -- max or min, as in metric_name.goal
    CASE n.goal WHEN 'max' THEN s.max ELSE s.min END AS value,          -- best value
    CASE n.goal WHEN 'max' THEN s.max_step ELSE s.min_step END AS step, -- step of the best value
    n.unit                       -- unit of the value; empty: a plain number
  -- there is no GROUP BY, so that a condition on a run or a metric reads only the rows of that run or metric
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
    r.id AS run_id,              -- the trained run (run.id)
    n.name AS metric,            -- name of the metric
    q.id AS random_id,           -- the untrained run (run.id)
    v.value                      -- newest value of the untrained run
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
  -- The floor of runs that train: the value that their encoder has untrained, one evaluation metric per row. It is
  -- the run's own evaluation at epoch 0, or else the mean over the runs of method random in v_untrained.
  SELECT
    r.id AS run_id,              -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    n.name AS metric,            -- name of the metric
    coalesce((SELECT w.value FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL ORDER BY f.id DESC LIMIT 1),
      (SELECT avg(u.value) FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name)) AS floor, -- value of the untrained encoder
    CASE WHEN EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      THEN 'epoch 0' ELSE 'random' END AS source, -- epoch 0: the run's own evaluation before training; random: runs of method random
    CASE WHEN EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      THEN 1 ELSE (SELECT count(*) FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name) END AS n -- number of values that the floor is the mean of
  -- One SELECT, so that a condition on a run and a metric reads only their rows, also in a subquery.
  FROM metric_name n
    CROSS JOIN run r
  WHERE n.goal = 'max' AND r.steps > 0
    AND (EXISTS (SELECT 1 FROM eval f CROSS JOIN eval_value w WHERE f.run_id = r.id AND f.step = 0
      AND w.eval_id = f.id AND w.name_id = n.id AND w.value IS NOT NULL)
      OR EXISTS (SELECT 1 FROM v_untrained u WHERE u.run_id = r.id AND u.metric = n.name))
    AND NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_seed AS
  -- Replicates: statistics, per metric, of finished runs that differ only in the seed. If a seed was run twice, only
  -- its newest run counts. Runs that collapsed or were pruned are counted separately and enter no mean. The interval
  -- is the 95 % confidence interval of the mean (Student's t).
  WITH
    -- The value of each run at the last step, as in v_last. There is one level of GROUP BY above plain tables, so that
    -- SQLite pushes a condition on the metric down; CROSS JOIN puts the runs first, so that each is read once
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
            -- a finished run counts before any other run, and of runs that ended alike the newest one counts
            AND (CASE WHEN (q.status = 'done') = (r.status = 'done') THEN q.id > r.id ELSE q.status = 'done' END)
            AND +q.dataset_id IS r.dataset_id AND q.id NOT IN (SELECT run_id FROM trash))
      GROUP BY p.group_hash, r.dataset_id, n.name
      HAVING count(CASE WHEN v.eval_id IS NULL THEN s.last ELSE v.value END) > 0
    ),
    moments AS (
      -- DISTINCT makes SQLite compute the variance once per row, and not at each of its uses below
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
          -- square root by Newton's method, since not every SQLite has sqrt()
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
    s.group_hash,                -- hash of the recipe without its seed, equal for replicates
    s.method,                    -- method of the runs: byol, barlow, vicreg ...
    d.name AS dataset,           -- name of the dataset
    s.metric,                    -- name of the metric
    s.n,                         -- number of seeds that finished with a value, over which the mean is taken
    s.mean,                      -- mean of the final values, not of the best ones
    s.sd,                        -- standard deviation of the sample; NULL for one seed
    s.mean - s.quantile * s.sd / s.root_n AS ci_low,  -- lower end of the confidence interval of the mean
    s.mean + s.quantile * s.sd / s.root_n AS ci_high, -- upper end of the confidence interval of the mean
    s.low AS min,                -- smallest final value
    s.high AS max,               -- largest final value
    s.seeds,                     -- seeds over which the mean is taken, separated by spaces
    s.dataset_id,                -- the dataset (dataset.id)
    d.label AS dataset_label,    -- label of the dataset, as in v_run
    s.collapsed,                 -- number of seeds whose run collapsed; they enter no mean
    s.pruned,                    -- number of seeds whose run was pruned; they enter no mean
    s.recipe_id                  -- the newest of the recipes (recipe.id); v_recipe_param has its hyperparameters
  FROM dev s
    LEFT JOIN v_dataset d ON d.id = s.dataset_id;

CREATE VIEW v_confusion AS
  -- Confusion matrices of evaluations, one entry per row. Entries of 0 have no row.
  SELECT
    c.eval_id,                   -- the evaluation (eval.id)
    e.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    e.protocol,                  -- evaluation protocol: knn, linear, finetune
    e.split,                     -- split of the images that were classified: test or val
    e.step,                      -- step of the evaluated state
    e.epoch,                     -- epoch of the evaluated state
    c.actual,                    -- class of the images, from 0
    c.predicted,                 -- class that was predicted, from 0
    c.n                          -- number of images
  FROM eval_confusion c
    JOIN eval e ON e.id = c.eval_id
    JOIN run r ON r.id = e.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_class AS
  -- Accuracies of evaluations by class, one class per row.
  SELECT
    c.eval_id,                   -- the evaluation (eval.id)
    e.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    e.protocol,                  -- evaluation protocol: knn, linear, finetune
    e.split,                     -- split of the images that were classified: test or val
    e.step,                      -- step of the evaluated state
    e.epoch,                     -- epoch of the evaluated state
    c.actual AS class,           -- number of the class, from 0
    sum(c.n) AS images,          -- number of images of the class
    sum(CASE WHEN c.predicted = c.actual THEN c.n ELSE 0 END) AS correct, -- number of these images that were classified correctly
    100.0 * sum(CASE WHEN c.predicted = c.actual THEN c.n ELSE 0 END) / sum(c.n) AS accuracy -- share of these images that were classified correctly, in percent
  FROM eval_confusion c
    JOIN eval e ON e.id = c.eval_id
    JOIN run r ON r.id = e.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id)
  GROUP BY c.eval_id, c.actual;

CREATE VIEW v_sweep AS
  -- Sweeps and their progress, one per row.
  SELECT
    s.id,                        -- number of the sweep, local to this store
    s.name,                      -- name of the sweep
    CASE WHEN c.unsettled = 0 THEN 'finished' WHEN s.state = 'paused' THEN 'paused'
      WHEN c.running > 0 THEN 'running' ELSE 'waiting' END AS state,
                                 -- finished (every cell has ended), paused, running (some cells have a live worker) or waiting
    c.recipes,                   -- number of recipes that differ in more than the seed
    c.seeds,                     -- number of different seeds
    c.cells,                     -- number of cells: recipes with their seeds
    c.queued,                    -- number of cells that wait, those of dead workers included
    c.running,                   -- number of cells that have a live worker
    c.done,                      -- number of cells that were run to completion
    c.failed,                    -- number of cells that were given up
    c.pruned,                    -- number of cells that were pruned as hopeless
    s.objective,                 -- metric that the sweep optimises; NULL: none was named
    coalesce(nullif((SELECT n.goal FROM metric_name n WHERE n.name = s.objective), 'none'), s.goal) AS goal, -- max or min: which value of the objective is best; the metric's own goal where it has one
    s.created,                   -- when the sweep was first started (UTC)
    s.command,                   -- command line that first started the sweep, as it was typed
    s.uuid                       -- identifier of the sweep, the same in every store
  FROM sweep s
    JOIN (SELECT sweep_id, count(DISTINCT ordinal) AS recipes, count(DISTINCT seed) AS seeds, count(*) AS cells,
      total(status IN ('queued', 'running')) AS unsettled,
      CAST(total(status = 'queued' OR (status = 'running' AND lease_until < (julianday('now') - 2440587.5) * 86400)) AS INTEGER) AS queued,
      CAST(total(status = 'running' AND lease_until >= (julianday('now') - 2440587.5) * 86400) AS INTEGER) AS running,
      CAST(total(status = 'done') AS INTEGER) AS done,
      CAST(total(status = 'failed') AS INTEGER) AS failed,
      CAST(total(status = 'pruned') AS INTEGER) AS pruned
      FROM cell GROUP BY sweep_id) c ON c.sweep_id = s.id
  WHERE NOT EXISTS (SELECT 1 FROM sweep_trash x WHERE x.sweep_id = s.id);

CREATE VIEW v_cell AS
  -- Cells of sweeps, one per row.
  SELECT
    c.id,                        -- number of the cell, local to this store
    s.name AS sweep,             -- name of the sweep
    s.name || ':' || c.ordinal || '.' || c.seed AS ref, -- name by which commands refer to the cell: SWEEP:POINT.SEED
    c.ordinal AS cell,           -- old name of point, until the next version
    c.seed,                      -- seed of the run; replicates differ in nothing else
    c.label || CASE WHEN d.label <> d.name
      THEN CASE c.label WHEN '' THEN '' ELSE ' ' END || 'data.set=' || d.label ELSE '' END AS label,
                                 -- settings that distinguish the cell from the others, and its dataset if that was replaced
    CASE WHEN c.status = 'running' AND NOT (SELECT l.alive FROM v_cell_alive l WHERE l.cell_id = c.id)
      THEN 'stale' ELSE c.status END AS status, -- queued, running, done, failed, pruned; stale: running, but its worker is dead
    r.name AS run,               -- name of the run
    r.epoch,                     -- number of epochs that the run has finished
    r.epochs,                    -- number of epochs planned
    (SELECT l.value FROM v_last l WHERE l.run_id = c.run_id AND l.metric IN (s.objective, s.objective || '/rule=1')
      ORDER BY l.metric LIMIT 1) AS objective, -- last value of the sweep's objective, by an older rule if there is no other (see objective_metric)
    c.claims,                    -- number of times that a worker claimed the cell
    c.failures,                  -- number of claims that failed or whose worker died, since the cell was last queued by hand
    c.worker,                    -- worker that claimed the cell last: host and process
    c.error,                     -- why the cell failed last, or was pruned
    c.finished,                  -- when the cell was done, failed or pruned (UTC); NULL before
    r.seconds,                   -- wall-clock seconds of the run
    p.group_hash,                -- hash of the recipe without its seed, equal for replicates
    p.hash AS recipe_hash,       -- SHA-256 of the resolved recipe
    c.sweep_id,                  -- the sweep (sweep.id)
    c.run_id,                    -- the run (run.id); NULL: none
    (SELECT l.metric FROM v_last l WHERE l.run_id = c.run_id AND l.metric IN (s.objective, s.objective || '/rule=1')
      ORDER BY l.metric LIMIT 1) AS objective_metric, -- name of the metric whose value objective is
    c.ordinal AS point           -- number of the point of the grid, the recipe without its seed: POINT in SWEEP:POINT.SEED
  FROM cell c
    JOIN sweep s ON s.id = c.sweep_id
    JOIN recipe p ON p.id = c.recipe_id
    JOIN v_dataset d ON d.id = c.dataset_id
    LEFT JOIN run r ON r.id = c.run_id AND r.id NOT IN (SELECT run_id FROM trash)
  WHERE NOT EXISTS (SELECT 1 FROM sweep_trash x WHERE x.sweep_id = s.id);

CREATE VIEW v_spectrum AS
  -- Vectors of runs, one element per row. z and h: log10 of the eigenvalues of the covariance of embeddings and of
  -- features; predictor.F: log10 of the eigenvalues of the uncentred correlation of the predictor's input;
  -- predictor.W: eigenvalues of the symmetric part of the predictor's weights; predictor.p and predictor.cos:
  -- u^T W u and cos(u, W u) for each eigenvector u of F.
  SELECT
    s.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    s.name AS spectrum,          -- name of the vector: z, h, predictor.F, predictor.W, predictor.p, predictor.cos
    s.step,                      -- number of steps finished
    CASE WHEN r.steps > 0 THEN 1.0 * s.step * r.epochs / r.steps END AS epoch, -- epochs finished at that step, with a fraction
    s.i,                         -- index of the element, 0 for the largest eigenvalue
    s.value                      -- value of the element
  FROM spectrum s
    JOIN run r ON r.id = s.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);

CREATE VIEW v_collapse AS
  -- The last measurements of collapse and the verdict on them, one run per row.
  WITH
    measured AS (
      SELECT r.id AS run_id, r.name AS run, r.method, r.steps, r.epochs, r.loss_floor, r.least_progress,
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
        -- min(images, dimensions), or the dimensions if there is no spectrum
        coalesce((SELECT max(p.i) + 1 FROM spectrum p WHERE p.run_id = x.run_id AND p.name = 'z' AND p.step = x.step),
          CAST(round((std_ratio / std) * (std_ratio / std)) AS INTEGER)) AS rank_most,
        (SELECT avg(m.value) FROM metric m WHERE m.run_id = x.run_id AND m.step BETWEEN 1 AND 10
          AND m.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss_start,
        (SELECT avg(m.value) FROM metric m WHERE m.run_id = x.run_id AND m.step <= x.step
          AND m.step > x.step - x.steps / x.epochs
          AND m.name_id = (SELECT id FROM metric_name WHERE name = 'loss')) AS loss_end
      FROM measured x WHERE step IS NOT NULL
    ),
    learned AS (
      SELECT *, (loss_start - loss_end) / nullif(loss_start - loss_floor, 0) AS progress
      FROM trained
    ),
    verdicts AS (
      SELECT *,
        CASE WHEN flag IS NULL OR std_ratio IS NULL THEN 'unknown' WHEN flag > 0 THEN 'collapsed'
          WHEN step > 0 AND rank_most > 4 AND rankme < max(2.0, rank_most / 40.0) THEN 'low rank'
          WHEN step < 3 * steps / epochs OR progress IS NULL THEN 'healthy'
          WHEN progress < least_progress THEN 'not learning' ELSE 'healthy' END AS verdict
      FROM learned
    )
  SELECT
    run_id,                      -- the run (run.id)
    run,                         -- name of the run
    method,                      -- method of the run: byol, barlow, vicreg ...
    step,                        -- number of steps finished when it was measured
    CASE WHEN steps > 0 THEN 1.0 * step * epochs / steps END AS epoch, -- epochs finished at that step, with a fraction
    verdict,                     -- collapsed: collapse.flag is set; low rank: RankMe is below 2.5 % of rank_most, or below 2; not learning: no collapse, but after three epochs or more progress is below run.least_progress; healthy; unknown: no embeddings were measured, or they are not finite
    std,                         -- standard deviation of the normalised embeddings
    std_ratio,                   -- std times sqrt(d): 1 if the embeddings are spread, 0 if collapsed
    raw_std,                     -- standard deviation of the embeddings before normalisation
    rankme,                      -- RankMe of the embeddings
    effective_rank,              -- effective rank of the centred embeddings
    alignment,                   -- mean squared distance of the normalised embeddings of two views
    uniformity,                  -- log of the mean Gaussian potential of the embeddings: 0 if collapsed, -4 if spread
    h_std_ratio,                 -- std_ratio of the features
    h_rankme,                    -- RankMe of the features
    CAST(flag AS INTEGER) AS flag, -- which quantity is below its threshold: 0 none, 1 std, 2 rank, 3 scale
    loss_start,                  -- mean loss of the first ten steps
    loss_end,                    -- mean loss of the last epoch
    progress,                    -- share of the way from loss_start to the smallest possible loss, run.loss_floor
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
    END AS summary,              -- the verdict and its figures in words
    rank_most                    -- largest possible value of rankme: the number of measured images or of dimensions of the embedding, whichever is smaller
  FROM verdicts;

CREATE VIEW v_digest AS
  -- The digest chain: one link at the end of every epoch.
  SELECT
    d.run_id,                    -- the run (run.id)
    r.name AS run,               -- name of the run
    r.method,                    -- method of the run: byol, barlow, vicreg ...
    d.step,                      -- number of steps finished
    d.epoch,                     -- number of epochs finished
    d.metrics,                   -- SHA-256 over the values recorded since the previous link, timings excluded
    d.state,                     -- SHA-256 over the tensors that a checkpoint would hold
    d.chain                      -- SHA-256 over the previous chain value, metrics and state
  FROM digest d
    JOIN run r ON r.id = d.run_id
  WHERE NOT EXISTS (SELECT 1 FROM trash x WHERE x.run_id = r.id);
