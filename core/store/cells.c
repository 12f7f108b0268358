/* Claims: which worker holds a cell, and how it is released; see sweeps.h. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"
#include "core/store/sweeps.h"

/* Seconds until a cell is tried again after its n-th failure; the cause, such as a full disk, may
 * have passed. */
static double rest_after(int failures)
{
	return failures < 0 ? 0.5 : failures < 6 ? 0.5 * (1 << failures) : 30;
}

static int may_claim(struct store *s, int64_t sweep, struct error *err)
{
	int64_t yes = 0;
	int found = db_int(s, &yes, err,
			   "SELECT state = 'active' AND NOT (on_fail = 'stop' AND EXISTS (SELECT 1 "
			   "FROM cell WHERE sweep_id = ?1 AND status = 'failed')) AND NOT EXISTS "
			   "(SELECT 1 FROM sweep_trash WHERE sweep_id = ?1) "
			   "FROM sweep WHERE id = ?1",
			   "I", sweep);

	return found < 0 ? -1 : found && yes;
}

/* Fails cells whose workers died too often. Whether a worker is alive is known from its lock or,
 * without one, from its lease. */
static int fail_dead(struct store *s, const struct sweep_row *w, double now, struct error *err)
{
	return db_run(s, err,
		      "UPDATE cell SET status = 'failed', failures = failures + 1, "
		      "finished = ?4, error = 'its worker died (' || worker || ')' "
		      "WHERE sweep_id = ?1 AND status = 'running' AND failures >= ?3 "
		      "AND coalesce(1 - cell_lives(id), lease_until < ?2)",
		      "Iflt", w->id, now, w->retries, stamp_now().text);
}

/* If the clock was set back, leases may end far in the future. Such a lease is shortened to one
 * that begins now, which a live worker renews; a queued cell that waits for its retry can be
 * claimed at once. */
static int shorten_leases(struct store *s, const struct sweep_row *w, double now, struct error *err)
{
	return db_run(s, err,
		      "UPDATE cell SET lease_until = CASE status WHEN 'running' THEN ?3 ELSE 0 END "
		      "WHERE sweep_id = ?1 AND status IN ('running', 'queued') "
		      "AND lease_until > ?2",
		      "Iff", w->id, now + 2 * w->lease + 60, now + w->lease);
}

/* Claims a cell: 1 and its id in *cell; 0: there is none. Cells of dead workers come first. There
 * are two statements because each uses its own part of the index. */
static int claim_row(struct store *s, const struct sweep_row *w, const char *worker, double now,
		     int64_t *cell, struct error *err)
{
	int found = db_int(s, cell, err,
			   "UPDATE cell SET claims = claims + 1, failures = failures + 1, "
			   "lease_until = ?3, worker = ?4 WHERE id = (SELECT id FROM cell "
			   "WHERE sweep_id = ?1 AND status = 'running' "
			   "AND coalesce(1 - cell_lives(id), lease_until < ?2) "
			   "ORDER BY seed_index, ordinal LIMIT 1) RETURNING id",
			   "Ifft", w->id, now, now + w->lease, worker);

	if (found)
		return found;
	found = db_int(s, cell, err,
		       "UPDATE cell SET status = 'running', claims = claims + 1, "
		       "lease_until = ?3, worker = ?4 WHERE id = (SELECT id FROM cell "
		       "WHERE sweep_id = ?1 AND status = 'queued' AND lease_until <= ?2 "
		       "ORDER BY seed_index, ordinal LIMIT 1) RETURNING id",
		       "Ifft", w->id, now, now + w->lease, worker);
	return found ? found : shorten_leases(s, w, now, err);
}

static int read_columns(sqlite3_stmt *st, struct cell_claim *out, struct error *err)
{
	struct row r = {st, "cell", sqlite3_column_int64(st, 0), err, 0};

	out->cell = r.id;
	out->token = row_int(&r, 1, "claims", 0, INT64_MAX);
	out->sweep = sqlite3_column_int64(st, 2);
	out->run_id = sqlite3_column_int64(st, 3);
	out->run_done = sqlite3_column_int(st, 4);
	out->ordinal = (int)row_int(&r, 5, "ordinal", 1, INT_MAX);
	out->seed_index = (int)row_int(&r, 6, "seed_index", 0, INT_MAX);
	out->seed = row_int(&r, 7, "seed", INT64_MIN, INT64_MAX);
	out->recipe_json = row_text(&r, 8, "json (of its recipe)");
	out->label = row_text(&r, 9, "label");
	row_hash(&r, 10, "sha256 (of its dataset)", out->dataset_sha256);
	if (r.bad)
		cell_claim_release(out);
	return r.bad ? -1 : 0;
}

static int read_claim(struct store *s, int64_t cell, struct cell_claim *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT c.id, c.claims, c.sweep_id, c.run_id, r.status = 'done', c.ordinal, "
	    "c.seed_index, "
	    "c.seed, p.json, c.label, d.sha256 FROM cell c JOIN recipe p ON p.id = c.recipe_id "
	    "JOIN dataset d ON d.id = c.dataset_id LEFT JOIN run r ON r.id = c.run_id "
	    "WHERE c.id = ?",
	    err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "I", cell);
	found = db_step(s, st, err);
	if (found <= 0)
		return found
			   ? -1
			   : error_set(err, ERR_CORRUPT,
				       "cell %lld: its recipe or its dataset is missing: the store "
				       "is damaged: `ssl fsck`",
				       (long long)cell);
	found = read_columns(st, out, err);
	sqlite3_reset(st);
	return found;
}

void cell_claim_release(struct cell_claim *c)
{
	free(c->recipe_json);
	free(c->label);
	memset(c, 0, sizeof *c);
}

void cells_unclaim(struct store *s, struct cell_claim *c)
{
	if (c->cell)
		alive_end(s, ALIVE_CELL, c->cell);
	cell_claim_release(c);
}

int cells_claim(struct store *s, const struct sweep_row *w, const char *worker,
		struct cell_claim *out, struct error *err)
{
	struct cell_claim claim = {0};
	double now;
	int64_t cell = 0;
	int found;

	if (tx_begin(s, err))
		return -1;
	now = clock_unix(); /* after the lock was taken, for which this process may have waited long
			     */
	found = may_claim(s, w->id, err);
	if (found > 0)
		found = fail_dead(s, w, now, err) ? -1 : may_claim(s, w->id, err);
	if (found > 0)
		found = claim_row(s, w, worker, now, &cell, err);
	if (found > 0 && read_claim(s, cell, &claim, err))
		found = -1;
	if (found > 0)
		alive_begin(s, ALIVE_CELL, cell);
	if (tx_end(s, found < 0 ? -1 : 0, err)) {
		cells_unclaim(s, &claim);
		return -1;
	}
	if (found)
		*out = claim;
	return found;
}

int cell_fence(struct store *s, int64_t cell, int64_t token, struct error *err)
{
	int64_t newest;
	int found =
	    db_int(s, &newest, err, "SELECT claims FROM cell WHERE id = ? AND status = 'running'",
		   "I", cell);

	if (found < 0)
		return -1;
	if (found && newest == token)
		return 0;
	return error_set(err, ERR_FAILED, "the cell was taken over by another worker");
}

int cell_name_run(struct store *s, int64_t cell, int64_t token, int64_t run, struct error *err)
{
	if (cell_fence(s, cell, token, err))
		return -1;
	return db_run(s, err, "UPDATE cell SET run_id = ? WHERE id = ?", "II", run, cell);
}

int cells_beat(struct store *s, int64_t cell, int64_t token, double lease, struct error *err)
{
	double now;
	int ret, mine = 0;

	if (tx_begin(s, err))
		return -1;
	now = clock_unix();
	ret = db_run(s, err,
		     "UPDATE cell SET lease_until = ?3 WHERE id = ?1 AND claims = ?2 "
		     "AND status = 'running'",
		     "IIf", cell, token, now + lease);
	if (!ret)
		mine = sqlite3_changes(s->db);
	if (!ret && mine)
		ret = db_run(s, err,
			     "UPDATE attempt SET heartbeat = ?2 WHERE id = (SELECT r.attempt_id "
			     "FROM cell c JOIN run r ON r.id = c.run_id "
			     "WHERE c.id = ?1 AND r.status = 'running')",
			     "If", cell, now);
	return tx_end(s, ret, err) ? -1 : mine;
}

static int failures_of(struct store *s, const struct cell_claim *c, int *out, struct error *err)
{
	int64_t n = 0;
	int found = db_int(s, &n, err, "SELECT failures FROM cell WHERE id = ?", "I", c->cell);

	*out = (int)n;
	return found < 0 ? -1 : 0;
}

/* Updates the row of a cell if the claim is still valid; *changed is 0 if it is not. */
static int update_row(struct store *s, const struct cell_claim *c, const char *status, int failures,
		      double not_before, const char *why, int *changed, struct error *err)
{
	int settled = strcmp(status, "queued") != 0;
	struct stamp now = stamp_now();

	if (db_run(s, err,
		   "UPDATE cell SET status = ?3, failures = ?4, lease_until = ?5, error = ?6, "
		   "finished = ?7 WHERE id = ?1 AND claims = ?2 AND status = 'running'",
		   "IItiftt", c->cell, c->token, status, failures, not_before, why,
		   settled ? now.text : NULL))
		return -1;
	*changed = sqlite3_changes(s->db);
	return 0;
}

int cells_release(struct store *s, const struct sweep_row *w, const struct cell_claim *c,
		  enum cell_end end, const char *why, struct error *err)
{
	const char *status = end == CELL_PRUNED ? "pruned" : "failed";
	double not_before = 0;
	int failures, ret, changed = 0;

	if (tx_begin(s, err))
		return -1;
	ret = failures_of(s, c, &failures, err);
	failures += end == CELL_RETRY || end == CELL_FAILED;
	if (end == CELL_STOPPED)
		status = "queued";
	if (end == CELL_RETRY && failures <= w->retries) {
		status = "queued";
		not_before = clock_unix() + rest_after(failures);
	}
	if (!ret)
		ret = update_row(s, c, status, failures, not_before, why, &changed, err);
	return tx_end(s, ret, err) ? -1 : changed;
}

int cells_settle_done(struct store *s, const struct cell_claim *c, struct error *err)
{
	int changed, failures, ret;

	if (tx_begin(s, err))
		return -1;
	ret = failures_of(s, c, &failures, err) ||
	      update_row(s, c, "done", failures, 0, NULL, &changed, err);
	return tx_end(s, ret, err);
}

int cells_reap(struct store *s, int64_t sweep, const char *worker, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s,
		      db_run(s, err,
			     "UPDATE cell SET lease_until = 0 WHERE sweep_id = ? "
			     "AND status = 'running' AND worker = ?",
			     "It", sweep, worker),
		      err);
}
