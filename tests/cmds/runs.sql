-- Fills a new store with made-up runs, for tests of pictures and reports: VICReg over a grid of
-- lambda x mu, Barlow Twins over lambda, BYOL over tau; three seeds each; 20 epochs of 10 steps. One
-- run collapsed, one failed with NaN; names and notes of one are hostile. Always the same.
BEGIN;
INSERT INTO code VALUES (1, '0.1', 'b1', 'gcc 12', '-O3', '', 'OpenBLAS 0.3', 'abc', 1);
INSERT INTO host VALUES (1, 'box', 'CPU', 'avx2', 'Linux', 2);
INSERT INTO object VALUES (1, printf('%064d', 7), 100, '2026-01-01 00:00:00.000');
INSERT INTO dataset (id, name, sha256, object_id, bytes, source, source_sha256, height, width, channels, classes, n_train,
  n_test, n_unlabeled, created, removed) VALUES (1, 'shapes', printf('%064d', 7), 1, 100, 'built in', '', 16, 16, 3, 8, 100, 10, 0,
  '2026-01-01 00:00:00.000', NULL);
CREATE TEMP TABLE grid (id INTEGER PRIMARY KEY, method TEXT, a TEXT, av REAL, b TEXT, bv REAL);
INSERT INTO grid (method, a, av, b, bv)
  SELECT 'vicreg', 'vicreg.lambda', l.value, 'vicreg.mu', m.value
    FROM json_each('[1,5,10,25]') l, json_each('[1,5,10,25]') m
  UNION ALL SELECT 'barlow', 'barlow.lambda', value, NULL, NULL FROM json_each('[0.001,0.005,0.02]')
  UNION ALL SELECT 'byol', 'byol.tau', value, NULL, NULL FROM json_each('[0.9,0.99,0.996]');
CREATE TEMP TABLE one AS SELECT (c.id - 1) * 3 + s.value AS id, s.value AS seed, c.*, c.id AS cell
  FROM grid c, json_each('[1,2,3]') s;
INSERT INTO recipe SELECT id, printf('%064d', id), printf('%064d', 1000 + cell),
  json_object('method', method, 'seed', seed, coalesce(a, ''), av) FROM one;
INSERT INTO param_name (name) VALUES ('method'), ('seed'), ('optim.lr'), ('vicreg.lambda'), ('vicreg.mu'),
  ('barlow.lambda'), ('byol.tau');
INSERT INTO param (recipe_id, name_id, value, number) SELECT o.id, n.id, v.value, v.number FROM one o JOIN (
    SELECT id AS run, 'method' AS name, method AS value, NULL AS number FROM one
    UNION ALL SELECT id, 'seed', seed, seed FROM one
    UNION ALL SELECT id, 'optim.lr', '0.3', 0.3 FROM one
    UNION ALL SELECT id, a, printf('%g', av), av FROM one
    UNION ALL SELECT id, b, printf('%g', bv), bv FROM one WHERE b IS NOT NULL) v ON v.run = o.id
  JOIN param_name n ON n.name = v.name;
INSERT INTO run (id, uuid, name, method, recipe_id, dataset_id, code_id, host_id, seed, threads, epochs, steps,
    epoch, step, status, exit_code, error, command, seconds, created, finished)
  SELECT id, printf('%036d', id), CASE WHEN id = 7 THEN '<script>alert(1)</script>&"''' ELSE 'run-' || id END,
    method, id, 1, 1, 1, seed, 2, 20, 200, 20, 200,
    CASE id WHEN 1 THEN 'collapsed' WHEN 2 THEN 'failed' ELSE 'done' END,
    CASE id WHEN 1 THEN 7 WHEN 2 THEN 6 ELSE 0 END,
    CASE id WHEN 1 THEN 'collapse: std 0.01' WHEN 2 THEN 'loss is NaN' END,
    'ssl run -m ' || method || ' --set seed=' || seed, 60 + id, '2026-01-01 00:00:00.000', '2026-01-01 01:00:00.000'
  FROM one;
INSERT INTO attempt (id, run_id, n, pid, from_step, started, heartbeat)
  SELECT id, id, 1, 1, 0, '2026-01-01 00:00:00.000', 0 FROM one;
UPDATE run SET attempt_id = id;
INSERT INTO event (run_id, attempt_id, step, kind, text, created) VALUES
  (1, 1, 120, 'guard.collapse', 'std 0.01 is below 0.05', '2026-01-01 00:30:00.000'),
  (2, 2, 150, 'guard.nan', 'the loss is NaN <b>', '2026-01-01 00:31:00.000');
INSERT INTO note (run_id, text, created) VALUES (7, '</td><img src=x onerror=alert(1)>', '2026-01-01 02:00:00.000');
INSERT INTO metric_name (name, goal, unit, about) VALUES ('loss', 'min', '', 'The training loss.'),
  ('val.knn.top1', 'max', '%', 'Share of images whose class was the first guess.'),
  ('collapse.std_ratio', 'none', '', 'Spread.');
CREATE TEMP TABLE noise AS SELECT id, ((id * 7919 + 13) % 101 - 50) / 50.0 AS e FROM one;
WITH RECURSIVE step(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM step WHERE k < 20)
INSERT INTO metric SELECT o.id, n.id, k * 10,
    CASE WHEN o.id = 2 AND k > 15 AND n.name = 'loss' THEN NULL
      WHEN n.name = 'loss' THEN 4.0 / (1 + k / 4.0) + 0.02 * coalesce(o.bv, 10) / 5 + 0.1 * z.e
        + 0.05 * ((k * 31 + o.id * 17) % 11 - 5) / 5.0
      WHEN n.name = 'val.knn.top1' THEN 30 + 40.0 * k / (k + 5) + 0.9 * min(coalesce(o.av, 5), 20) * (o.method = 'vicreg')
        - 0.25 * abs(coalesce(o.bv, 5) - 10) + 1.5 * z.e
      ELSE 0.9 - (o.id = 1) * 0.04 * k END,
    CASE WHEN o.id = 2 AND k > 15 AND n.name = 'loss' THEN 1 ELSE 0 END
  FROM one o JOIN noise z ON z.id = o.id, metric_name n, step;
INSERT INTO metric_summary
  SELECT m.run_id, m.name_id, count(*), sum(kind > 0),
    (SELECT value FROM metric l WHERE l.run_id = m.run_id AND l.name_id = m.name_id AND l.step = 200),
    (SELECT kind FROM metric l WHERE l.run_id = m.run_id AND l.name_id = m.name_id AND l.step = 200), 200,
    min(value), 10, max(value), 10 FROM metric m GROUP BY 1, 2;
INSERT INTO spectrum SELECT o.id, n.value, k.value * 50, i.value,
    CASE n.value WHEN 'predictor.cos' THEN 0.5 + 0.1 * k.value - 0.01 * i.value
      ELSE 1.0 - i.value * (1.0 + (o.id = 1)) / 4.0 + 0.05 * z.e END
  FROM one o JOIN noise z ON z.id = o.id, json_each('["z","h","predictor.cos"]') n, json_each('[1,2,3,4]') k,
    json_each('[0,1,2,3,4,5,6,7]') i WHERE n.value <> 'predictor.cos' OR o.method = 'byol';
INSERT INTO sweep (id, uuid, name, spec, first_spec_hash, state, lease, retries, on_fail, objective, goal, command, created)
  VALUES (1, printf('%036d', 1), 'weights', '{}', printf('%064d', 1), 'active', 90, 2, 'continue', 'val.knn.top1', 'max',
    'ssl sweep start', '2026-01-01 00:00:00.000');
INSERT INTO cell (sweep_id, ordinal, seed_index, seed, recipe_id, dataset_id, label, status, claims, run_id, finished)
  SELECT 1, cell, seed - 1, seed, id, 1, '', 'done', 1, id, '2026-01-01 01:00:00.000' FROM one WHERE method <> 'byol';
COMMIT;
