/* The life of a run's row: points, heartbeat, events, end, and the next attempt. */
#include "core/store/runs.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/digests.h"
#include "core/store/store_internal.h"
#include "core/store/sweeps.h"

static int beat(struct store *s, const struct run_handle *h, struct error *err)
{
	return db_run(s, err, "UPDATE attempt SET heartbeat = ? WHERE id = ?", "fI", clock_unix(),
		      h->attempt);
}

int runs_write_points(struct store *s, const struct run_handle *h, const struct metric_point *p,
		      int n, long epoch, long step, const struct checkpoint_new *ck,
		      struct error *err)
{
	return runs_write_points_digest(s, h, p, n, epoch, step, ck, NULL, err);
}

int runs_write_points_digest(struct store *s, const struct run_handle *h,
			     const struct metric_point *p, int n, long epoch, long step,
			     const struct checkpoint_new *ck, const struct digest_row *d,
			     struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = run_fence(s, h, err) || metrics_insert(s, h->id, p, n, err) ||
	      db_run(s, err, "UPDATE run SET epoch = ?, step = ? WHERE id = ?", "llI", epoch, step,
		     h->id) ||
	      beat(s, h, err) || (ck && checkpoint_insert(s, h->id, ck, err)) ||
	      (d && digest_insert(s, h->id, d, err));
	return tx_end(s, ret, err);
}

int runs_heartbeat(struct store *s, const struct run_handle *h, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, run_fence(s, h, err) || beat(s, h, err), err);
}

static int event_insert(struct store *s, const struct run_handle *h, const char *kind,
			const char *text, struct error *err)
{
	return db_run(s, err,
		      "INSERT INTO event (run_id, attempt_id, step, kind, text, created) "
		      "VALUES (?1, ?2, (SELECT step FROM run WHERE id = ?1), ?3, ?4, ?5)",
		      "IIttt", h->id, h->attempt, kind, text, stamp_now().text);
}

int runs_event(struct store *s, const struct run_handle *h, const char *kind, const char *text,
	       struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, run_fence(s, h, err) || event_insert(s, h, kind, text, err), err);
}

static int settle(struct store *s, const struct run_handle *h, const struct run_end *end,
		  struct error *err)
{
	struct stamp now = stamp_now();

	if (db_run(s, err,
		   "UPDATE attempt SET ended = ?, heartbeat = ?, seconds = ?, exit_code = ? "
		   "WHERE id = ?",
		   "tffiI", now.text, clock_unix(), end->seconds, end->exit_code, h->attempt))
		return -1;
	/* a cell of a sweep is done with its run, whichever command finished it */
	if (!strcmp(end->status, "done") &&
	    db_run(s, err,
		   "UPDATE cell SET status = 'done', lease_until = 0, error = NULL, finished = ?2 "
		   "WHERE run_id = ?1 AND status <> 'done'",
		   "It", h->id, now.text))
		return -1;
	return db_run(s, err,
		      "UPDATE run SET status = ?2, exit_code = ?3, error = ?4, finished = ?5, "
		      "seconds = (SELECT total(a.seconds) FROM attempt a WHERE a.run_id = ?1), "
		      "peak_rss = max(coalesce(peak_rss, 0), ?6), "
		      "arena_peak = max(coalesce(arena_peak, 0), ?7) WHERE id = ?1",
		      "ItittII", h->id, end->status, end->exit_code, end->error, now.text,
		      end->peak_rss, end->arena_peak);
}

int runs_finish(struct store *s, const struct run_handle *h, const struct run_end *end,
		struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = tx_end(s, run_fence(s, h, err) || settle(s, h, end, err), err);
	alive_end(s, ALIVE_ATTEMPT, h->attempt); /* settled or not, the attempt is over */
	return ret;
}

/* ERR_USAGE unless the run may be taken over. Its lock shows whether its process is alive or, where
 * locks cannot be trusted, the age of its heartbeat. If the clock was set back, a heartbeat can lie
 * in the future; its absolute distance is used, and a live process soon writes a new one. */
static int check_reopen(struct store *s, int64_t id, double stale_s, struct run_handle *h,
			struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT r.name, r.uuid, r.status, a.heartbeat, a.id "
				      "FROM run r LEFT JOIN attempt a ON a.id = r.attempt_id "
				      "WHERE r.id = ?",
				      err);
	char status[16];
	enum alive lives;
	int64_t attempt;
	double silent;
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	found = db_step(s, st, err);
	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERR_NOT_FOUND, "run %lld: there is none", (long long)id);
	h->id = id;
	db_text_into(st, 0, h->name, sizeof h->name);
	db_text_into(st, 1, h->uuid, sizeof h->uuid);
	db_text_into(st, 2, status, sizeof status);
	silent = fabs(clock_unix() - sqlite3_column_double(st, 3));
	attempt = sqlite3_column_int64(st, 4);
	sqlite3_reset(st);
	if (!strcmp(status, "done"))
		return error_set(err, ERR_USAGE, "run %s: it is done", h->name);
	if (strcmp(status, "running"))
		return 0;
	lives = alive_of(s, ALIVE_ATTEMPT, attempt);
	if (lives == ALIVE_YES)
		return error_set(err, ERR_USAGE,
				 "run %s: it is running: its process is alive, and its last "
				 "heartbeat was %.0f s ago: stop it first",
				 h->name, silent);
	if (lives == ALIVE_UNKNOWN && silent < stale_s)
		return error_set(err, ERR_USAGE,
				 "run %s: it is running: its last heartbeat was %.0f s ago "
				 "(it counts as dead after %.0f s)",
				 h->name, silent, stale_s);
	return 0;
}

int runs_resumed_at(struct store *s, int64_t id, long step, struct error *err)
{
	int64_t n;

	return db_int(s, &n, err,
		      "SELECT n FROM attempt WHERE run_id = ? AND from_step = ? AND n > 1 LIMIT 1",
		      "Il", id, step);
}

static int new_attempt(struct store *s, struct run_handle *h, int64_t step, struct error *err)
{
	struct stamp now = stamp_now();

	/* an attempt that was killed lasted until its last heartbeat */
	if (db_run(s, err,
		   "UPDATE attempt SET seconds = max(0, heartbeat - "
		   "(julianday(started) - 2440587.5) * 86400) WHERE run_id = ? AND seconds IS NULL",
		   "I", h->id) ||
	    db_run(s, err,
		   "INSERT INTO attempt (run_id, n, pid, from_step, started, heartbeat) VALUES "
		   "(?1, 1 + (SELECT max(n) FROM attempt WHERE run_id = ?1), ?2, ?3, ?4, ?5)",
		   "IiItf", h->id, (int)getpid(), step, now.text, clock_unix()))
		return -1;
	h->attempt = sqlite3_last_insert_rowid(s->db);
	alive_begin(s, ALIVE_ATTEMPT, h->attempt);
	return db_run(
	    s, err,
	    "UPDATE run SET status = 'running', attempt_id = ?2, step = ?3, exit_code = NULL, "
	    "error = NULL, finished = NULL, "
	    "epoch = CASE WHEN steps > 0 THEN ?3 * epochs / steps ELSE 0 END, "
	    "seconds = (SELECT total(a.seconds) FROM attempt a WHERE a.run_id = ?1) "
	    "WHERE id = ?1",
	    "III", h->id, h->attempt, step);
}

static int reopen(struct store *s, int64_t id, long step, double stale_s, int64_t cell,
		  int64_t token, struct run_handle *out, struct error *err)
{
	struct run_handle h = {0};
	struct hashes gone = {0};
	int64_t from = step > 0 ? step : 0;
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = (cell && cell_name_run(s, cell, token, id, err)) ||
	      check_reopen(s, id, stale_s, &h, err);
	if (!ret && s->mode != STORE_DRY)
		ret = run_truncate(s, id, step, &gone, err) || new_attempt(s, &h, from, err) ||
		      event_insert(s, &h, "resume",
				   from ? "from the last checkpoint" : "from the start", err);
	ret = tx_end(s, ret, err);
	ret = hashes_drop(s, &gone, ret, err);
	if (!ret)
		*out = h;
	return ret;
}

int runs_reopen(struct store *s, int64_t id, long step, double stale_s, struct run_handle *out,
		struct error *err)
{
	return reopen(s, id, step, stale_s, 0, 0, out, err);
}

int runs_reopen_for(struct store *s, int64_t id, long step, int64_t cell, int64_t token,
		    struct run_handle *out, struct error *err)
{
	return reopen(s, id, step, 0, cell, token, out, err);
}
