-- A run that was pruned as a hopeless cell of a sweep has a status of its own. Older versions recorded it as stopped,
-- with the reason as its error; a run that still has that error is recognised by it. As in 0013, only a CHECK and
-- comments change, and every row satisfies the CHECK; creating and dropping a table makes SQLite read the schema
-- again. The digest chain does not cover the status. core/store/migrate.c then copies the descriptions of metrics
-- from the registry (core/store/metric_kinds.c) to table metric_name.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
  '(''running'', ''done'', ''failed'', ''stopped'', ''collapsed'')',
  '(''running'', ''done'', ''failed'', ''stopped'', ''collapsed'', ''pruned'')'),
  'stopped: by a signal; collapsed: by the guard; running may be dead: see v_run',
  'running (perhaps dead: see v_run), done, failed, stopped by a signal, collapsed (stopped by the guard) or pruned as a hopeless cell'),
  'why it failed or stopped',
  'why the run failed, was stopped, collapsed or was pruned')
  WHERE type = 'table' AND name = 'run';
CREATE TABLE reread (x INTEGER) STRICT;
DROP TABLE reread;
PRAGMA writable_schema = RESET;

UPDATE run SET status = 'pruned' WHERE status = 'stopped'
  AND (error GLOB '*: pruned by median at step [0-9]*' OR error GLOB '*: pruned by asha at step [0-9]*');
