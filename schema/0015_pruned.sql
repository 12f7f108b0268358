-- A run that was pruned as a hopeless cell of a sweep has a status of its own. Older versions recorded it as stopped,
-- with the reason as its error: where that is still there, the run is known to be one. As in 0013 only a CHECK and
-- comments change, which no row can break; the table that comes and goes makes SQLite read the schema again. The
-- digest chain does not cover the status. What table metric_name says of metrics is then taken from the registry
-- (core/store/metric_kinds.c) anew.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
  '(''running'', ''done'', ''failed'', ''stopped'', ''collapsed'')',
  '(''running'', ''done'', ''failed'', ''stopped'', ''collapsed'', ''pruned'')'),
  'stopped: by a signal; collapsed: by the guard; running may be dead: see v_run',
  'stopped: by a signal; collapsed: by the guard; pruned: as a hopeless cell; running may be dead: see v_run'),
  'why it failed or stopped',
  'why it failed, stopped, collapsed or was pruned')
  WHERE type = 'table' AND name = 'run';
CREATE TABLE reread (x INTEGER) STRICT;
DROP TABLE reread;
PRAGMA writable_schema = RESET;

UPDATE run SET status = 'pruned' WHERE status = 'stopped'
  AND (error GLOB '*: pruned by median at step [0-9]*' OR error GLOB '*: pruned by asha at step [0-9]*');
