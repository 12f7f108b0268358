-- Which processes are alive, as `ssl` itself determines it: by their locks, or, where locks cannot be trusted, by the
-- rules of the views of the same names in views.sql, which every program can read. They are created as temporary views
-- when a store is opened while runs are running.

CREATE TEMP VIEW v_run_alive AS
  SELECT r.id AS run_id,
    coalesce(attempt_lives(a.id), abs((julianday('now') - 2440587.5) * 86400 - a.heartbeat) <= 90) AS alive
  FROM run r JOIN attempt a ON a.id = r.attempt_id WHERE r.status = 'running';

CREATE TEMP VIEW v_cell_alive AS
  SELECT c.id AS cell_id,
    coalesce(cell_lives(c.id), c.lease_until >= (julianday('now') - 2440587.5) * 86400) AS alive
  FROM cell c WHERE c.status = 'running';
