/* Rows of sweeps, and the cells that they are recorded with; see sweeps.h. */
#include "core/store/sweeps.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"
#include "core/store/sweep_recipes.h"
#include "core/store/sweep_trash.h"

static int no_sweep(struct store *s, const char *name, struct error *err)
{
	char near[64];
	int64_t id;
	int gone = sweeps_find_trash(s, name, &id, err);

	if (gone < 0)
		return -1;
	if (gone)
		return error_set(err, ERR_NOT_FOUND,
				 "sweep %s: it is in the trash: `ssl sweep rm --restore %s` "
				 "restores it",
				 name, name);
	if (store_nearest(s,
			  "SELECT name FROM sweep WHERE id NOT IN (SELECT sweep_id FROM "
			  "sweep_trash) ORDER BY id DESC",
			  name, near, err))
		return -1;
	if (near[0])
		return error_set(err, ERR_NOT_FOUND, "%s: no such sweep: did you mean %s?", name,
				 near);
	return error_set(err, ERR_NOT_FOUND, "%s: no such sweep: see `ssl sweep ls`", name);
}

static int read_sweep(sqlite3_stmt *st, struct sweep_row *out, struct error *err)
{
	struct row r = {st, "sweep", sqlite3_column_int64(st, 0), err, 0};

	memset(out, 0, sizeof *out);
	out->id = r.id;
	row_text_into(&r, 1, "name", out->name, sizeof out->name);
	row_text_into(&r, 2, "state", out->state, sizeof out->state);
	row_text_into(&r, 3, "goal", out->goal, sizeof out->goal);
	row_text_into(&r, 4, "on_fail", out->on_fail, sizeof out->on_fail);
	row_hash(&r, 5, "first_spec_hash", out->first_spec_hash);
	db_text_into(st, 6, out->objective, sizeof out->objective);
	out->lease = row_real(&r, 7, "lease");
	out->retries = (long)row_int(&r, 8, "retries", 0, ROW_COUNT_MAX);
	out->spec = row_text(&r, 9, "spec");
	out->defaults = (int)row_int(&r, 10, "defaults", 1, INT_MAX);
	if (r.bad)
		sweep_row_release(out);
	return r.bad ? -1 : 0;
}

int sweeps_find(struct store *s, const char *name, struct sweep_row *out, struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT id, name, state, goal, on_fail, first_spec_hash, objective, "
		       "lease, retries, spec, defaults FROM sweep WHERE name = ? AND id NOT IN "
		       "(SELECT sweep_id FROM sweep_trash)",
		       err);
	int found;

	if (!st)
		return -1;
	db_bind(st, "t", name);
	found = db_step(s, st, err);
	if (found <= 0)
		return found ? -1 : no_sweep(s, name, err);
	found = read_sweep(st, out, err);
	sqlite3_reset(st);
	return found;
}

int sweeps_require(struct store *s, const char *name, struct error *err)
{
	struct sweep_row w;

	if (sweeps_find(s, name, &w, err))
		return -1;
	sweep_row_release(&w);
	return 0;
}

void sweep_row_release(struct sweep_row *w)
{
	free(w->spec);
	w->spec = NULL;
}

int sweeps_newest(struct store *s, char name[64], struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT name FROM sweep WHERE id NOT IN (SELECT sweep_id FROM "
		       "sweep_trash) ORDER BY id DESC LIMIT 1",
		       err);
	int found = st ? db_step(s, st, err) : -1;
	int64_t gone = 0;

	if (found > 0) {
		db_text_into(st, 0, name, 64);
		sqlite3_reset(st);
		return 0;
	}
	if (found < 0 || db_int(s, &gone, err, "SELECT count(*) FROM sweep_trash", "") < 0)
		return -1;
	if (gone)
		return error_set(
		    err, ERR_NOT_FOUND,
		    "no sweep: %lld in the trash: `ssl sweep rm --list` lists them, `ssl "
		    "sweep rm --restore SWEEP` restores one",
		    (long long)gone);
	return error_set(err, ERR_NOT_FOUND, "no sweep yet: `ssl sweep start` makes one");
}

int sweeps_have_recipe(struct store *s, const char *recipe_hash)
{
	struct error none;
	int64_t id;

	return db_int(s, &id, &none,
		      "SELECT c.id FROM cell c JOIN recipe r ON r.id = c.recipe_id "
		      "WHERE r.hash = ? LIMIT 1",
		      "t", recipe_hash);
}

struct sweep_edit {
	struct store *s;
	int64_t id, last; /* last: row of the last cell that was there before; 0: none was */
	int ordinals, added;
};

static int insert_sweep(struct store *s, const struct sweep_new *w, struct error *err)
{
	char uuid[37];

	if (uuid_make(uuid, err))
		return -1;
	return db_run(
	    s, err,
	    "INSERT INTO sweep (uuid, name, spec, first_spec_hash, state, lease, retries, "
	    "on_fail, objective, goal, command, created, defaults) "
	    "VALUES (?, ?, ?, ?, 'active', ?, ?, ?, nullif(?, ''), ?, ?, ?, ?)",
	    "ttttfltttttI", uuid, w->name, w->spec, w->spec_hash, w->lease, w->retries, w->on_fail,
	    w->objective, w->goal, w->command, stamp_now().text,
	    (int64_t)(w->defaults ? w->defaults : 1));
}

/* Until it is deleted the replaced sweep is named by its uuid, so that its name is free. */
static int begin_replacing(struct store *s, int64_t id, struct error *err)
{
	struct sweep_counts n;

	if (sweeps_count(s, id, &n, err))
		return -1;
	if (n.done || n.running)
		return error_set(err, ERR_USAGE, "sweep: some of its cells are now %s",
				 n.done ? "done" : "running");
	return db_run(s, err, "UPDATE sweep SET name = uuid WHERE id = ?", "I", id);
}

/* Gives runs that can be continued to the cells of the new sweep, then deletes the former one. */
static int end_replacing(struct store *s, int64_t old, int64_t new, struct error *err)
{
	return db_run(
		   s, err,
		   "UPDATE cell SET run_id = o.run_id FROM cell o WHERE cell.sweep_id = ?2 AND "
		   "cell.status = 'queued' AND o.sweep_id = ?1 AND o.recipe_id = cell.recipe_id "
		   "AND o.dataset_id = cell.dataset_id AND o.status IN ('queued', 'running') AND "
		   "o.run_id NOT IN (SELECT run_id FROM trash)",
		   "II", old, new) ||
		       sweep_row_delete(s, old, err)
		   ? -1
		   : 0;
}

/* Inserts or updates the row; *id is its number. */
static int save_row(struct store *s, const struct sweep_new *w, int64_t *id, struct error *err)
{
	int found;

	if (w->replaces && begin_replacing(s, w->replaces, err))
		return -1;
	found = db_int(s, id, err,
		       "SELECT id FROM sweep WHERE name = ? AND id NOT IN (SELECT sweep_id FROM "
		       "sweep_trash)",
		       "t", w->name);
	if (found < 0)
		return -1;
	if (!found) {
		if (sweeps_check_name_free(s, w->name, err) || insert_sweep(s, w, err))
			return -1;
		*id = sqlite3_last_insert_rowid(s->db);
		return 0;
	}
	return db_run(s, err,
		      "UPDATE sweep SET spec = ?, lease = ?, retries = ?, on_fail = ?, "
		      "objective = nullif(?, ''), goal = ? WHERE id = ?",
		      "tfltttI", w->spec, w->lease, w->retries, w->on_fail, w->objective, w->goal,
		      *id);
}

int sweeps_save(struct store *s, const struct sweep_new *w,
		int (*each)(void *ctx, struct sweep_edit *edit, struct error *err), void *ctx,
		int64_t *id, int *added, struct error *err)
{
	struct sweep_edit edit = {.s = s};
	int64_t most = 0;
	int ret;

	if (sweep_name_check(w->name, err) || tx_begin(s, err))
		return -1;
	ret = save_row(s, w, &edit.id, err);
	if (!ret && db_int(s, &most, err, "SELECT max(ordinal) FROM cell WHERE sweep_id = ?", "I",
			   edit.id) < 0)
		ret = -1;
	edit.ordinals = (int)most;
	if (!ret && db_int(s, &edit.last, err, "SELECT max(id) FROM cell WHERE sweep_id = ?", "I",
			   edit.id) < 0)
		ret = -1;
	if (!ret)
		ret = each(ctx, &edit, err);
	if (!ret && w->replaces)
		ret = end_replacing(s, w->replaces, edit.id, err);
	if (tx_end(s, ret, err))
		return -1;
	*id = edit.id;
	*added = edit.added;
	return 0;
}

/* The number of the point that the recipe belongs to: an existing one, or the next. */
static int ordinal_of(struct sweep_edit *e, const struct run_new *r, int *out, struct error *err)
{
	int64_t n = 0;
	int found = db_int(e->s, &n, err,
			   "SELECT c.ordinal FROM recipe p JOIN cell c ON c.recipe_id = p.id "
			   "WHERE p.group_hash = ? AND c.sweep_id = ? AND c.dataset_id = ? LIMIT 1",
			   "tII", r->group_hash, e->id, r->dataset_id);

	if (found < 0)
		return -1;
	*out = found ? (int)n : ++e->ordinals;
	return 0;
}

/* Settles a cell as done if its run exists already. */
static int reuse(struct sweep_edit *e, int64_t cell, const char *binary, struct error *err)
{
	return db_run(
	    e->s, err,
	    "UPDATE cell SET status = 'done', finished = ?3, run_id = r.id FROM "
	    "(SELECT max(r.id) AS id FROM cell c JOIN run r ON r.recipe_id = c.recipe_id "
	    "AND r.dataset_id = c.dataset_id AND r.status = 'done' "
	    "AND r.id NOT IN (SELECT run_id FROM trash) JOIN code o ON o.id = r.code_id "
	    "WHERE c.id = ?1 AND o.binary_sha256 = ?2) r WHERE cell.id = ?1 AND r.id IS NOT NULL",
	    "Itt", cell, binary, stamp_now().text);
}

static int insert_cell(struct sweep_edit *e, const struct cell_new *c, int64_t recipe, int ordinal,
		       struct error *err)
{
	struct strbuf label = STRBUF_INIT;
	int ret;

	strbuf_adds(&label, c->label);
	ret =
	    (e->last &&
	     sweep_label(e->s, e->id, e->last, recipe, c->run->group_hash, &label, err)) ||
	    db_run(e->s, err,
		   "INSERT INTO cell (sweep_id, ordinal, seed_index, seed, recipe_id, dataset_id, "
		   "label) VALUES (?, ?, ?, ?, ?, ?, ?)",
		   "IiiIIIt", e->id, ordinal, c->seed_index, c->run->seed, recipe,
		   c->run->dataset_id, label.buf);
	strbuf_release(&label);
	return ret ? -1 : 0;
}

int sweep_add_cell(struct sweep_edit *e, const struct cell_new *c, struct error *err)
{
	int64_t recipe, there;
	int ordinal = 0, found;

	if (recipe_row_make(e->s, c->run, &recipe, err))
		return -1;
	found =
	    db_int(e->s, &there, err,
		   "SELECT id FROM cell WHERE sweep_id = ? AND recipe_id = ? AND dataset_id = ?",
		   "III", e->id, recipe, c->run->dataset_id);
	if (found)
		return found < 0 ? -1 : 0;
	if (ordinal_of(e, c->run, &ordinal, err) || insert_cell(e, c, recipe, ordinal, err))
		return -1;
	e->added++;
	if (!c->reuse_binary)
		return 0;
	return reuse(e, sqlite3_last_insert_rowid(e->s->db), c->reuse_binary, err);
}

static int is_stopped(struct store *s, int64_t id, struct sweep_counts *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT state = 'paused', on_fail = 'stop', id IN (SELECT "
				      "sweep_id FROM sweep_trash), name FROM sweep WHERE id = ?",
				      err);
	int found, gone;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	found = db_step(s, st, err);
	if (found <= 0)
		return found
			   ? -1
			   : error_set(err, ERR_NOT_FOUND,
				       "the sweep was deleted, or started anew from another file");
	out->paused = sqlite3_column_int(st, 0);
	out->stopped = sqlite3_column_int(st, 1) && out->failed > 0;
	gone = sqlite3_column_int(st, 2);
	if (gone)
		error_set(err, ERR_NOT_FOUND, "sweep %s: it was moved to the trash",
			  db_text(st, 3));
	sqlite3_reset(st);
	return gone ? -1 : 0;
}

int sweeps_count(struct store *s, int64_t id, struct sweep_counts *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT count(*), total(c.status = 'queued' AND c.lease_until <= ?2), "
	    "total(c.status = 'queued' AND c.lease_until > ?2), "
	    "total(c.status = 'running' AND coalesce(cell_lives(c.id), c.lease_until >= ?2)), "
	    "total(c.status = 'running' AND NOT coalesce(cell_lives(c.id), c.lease_until >= ?2)), "
	    "total(c.status = 'done'), "
	    "total(c.status = 'failed'), total(c.status = 'pruned'), "
	    "total(c.status = 'failed' AND r.status IS 'collapsed'), total(c.claims), "
	    "total(CASE c.status WHEN 'done' THEN r.seconds END), "
	    "total(CASE WHEN c.status = 'running' AND r.steps > 0 THEN 1.0 * r.step / r.steps "
	    "END), "
	    "avg(CASE WHEN c.status = 'running' THEN (SELECT v.elapsed + v.eta FROM v_run v WHERE "
	    "v.id = "
	    "c.run_id) END) "
	    "FROM cell c LEFT JOIN run r ON r.id = c.run_id WHERE c.sweep_id = ?1",
	    err);
	int *field[] = {&out->cells, &out->queued, &out->held,   &out->running,  &out->stale,
			&out->done,  &out->failed, &out->pruned, &out->collapsed};
	enum { FIELDS = sizeof field / sizeof *field };

	if (!st)
		return -1;
	memset(out, 0, sizeof *out);
	db_bind(st, "If", id, clock_unix());
	if (db_step(s, st, err) < 0)
		return -1;
	for (int i = 0; i < FIELDS; i++)
		*field[i] = sqlite3_column_int(st, i);
	out->claims = sqlite3_column_int64(st, FIELDS);
	out->seconds = sqlite3_column_double(st, FIELDS + 1);
	out->progress = sqlite3_column_double(st, FIELDS + 2);
	out->expected = sqlite3_column_double(st, FIELDS + 3);
	sqlite3_reset(st);
	return is_stopped(s, id, out, err);
}

int sweeps_has_group(struct store *s, int64_t id, const char *group_hash, struct error *err)
{
	int64_t one;

	return db_int(s, &one, err,
		      "SELECT 1 FROM cell c JOIN recipe r ON r.id = c.recipe_id WHERE c.sweep_id = "
		      "? AND r.group_hash = ? LIMIT 1",
		      "It", id, group_hash);
}

int sweeps_set_state(struct store *s, int64_t id, const char *state, struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s, db_run(s, err, "UPDATE sweep SET state = ? WHERE id = ?", "tI", state, id),
		      err);
}

int sweeps_retry(struct store *s, int64_t id, int which, int *n, struct error *err)
{
	int ret;

	if (tx_begin(s, err))
		return -1;
	ret = db_run(s, err,
		     "UPDATE cell SET status = 'queued', failures = 0, lease_until = 0, "
		     "run_id = NULL, error = NULL, finished = NULL WHERE sweep_id = ?1 AND ?2 & "
		     "CASE status WHEN 'pruned' THEN 2 WHEN 'failed' THEN CASE WHEN EXISTS (SELECT "
		     "1 FROM run r WHERE r.id = cell.run_id AND r.status = 'collapsed') THEN 4 "
		     "ELSE 1 END ELSE 0 END",
		     "Ii", id, which);
	if (!ret)
		*n = sqlite3_changes(s->db);
	return tx_end(s, ret, err);
}

/* The columns of its run may be NULL, since a cell may have none. */
static int read_cell(sqlite3_stmt *st, struct cell_row *c, struct error *err)
{
	struct row r = {st, "cell", sqlite3_column_int64(st, 0), err, 0};

	memset(c, 0, sizeof *c);
	c->id = r.id;
	c->ordinal = (int)row_int(&r, 1, "ordinal", 1, INT_MAX);
	c->seed = row_int(&r, 2, "seed", INT64_MIN, INT64_MAX);
	row_text_into(&r, 3, "label", c->label, sizeof c->label);
	row_text_into(&r, 4, "status", c->status, sizeof c->status);
	db_text_into(st, 5, c->run, sizeof c->run);
	c->epoch = (long)row_int_or_null(&r, 6, "epoch (of its run)", 0, ROW_COUNT_MAX);
	c->epochs = (long)row_int_or_null(&r, 7, "epochs (of its run)", 0, ROW_COUNT_MAX);
	c->objective = sqlite3_column_type(st, 8) == SQLITE_NULL ? value_make(VALUE_NAN, 0)
								 : sqlite3_column_double(st, 8);
	c->claims = (int)row_int(&r, 9, "claims", 0, INT_MAX);
	c->failures = (int)row_int(&r, 10, "failures", 0, INT_MAX);
	db_text_into(st, 11, c->worker, sizeof c->worker);
	db_text_into(st, 12, c->error, sizeof c->error);
	db_text_into(st, 13, c->finished, sizeof c->finished);
	c->seconds = row_real_or_null(&r, 14, "seconds (of its run)");
	c->run_id = sqlite3_column_int64(st, 15);
	c->eta = sqlite3_column_type(st, 16) == SQLITE_NULL ? value_make(VALUE_NAN, 0)
							    : row_real(&r, 16, "eta (of its run)");
	return r.bad ? -1 : 0;
}

int cells_each(struct store *s, int64_t sweep, const char *status, const char *since,
	       int (*fn)(void *ctx, const struct cell_row *row), void *ctx, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT v.id, v.point, v.seed, v.label, CASE WHEN c.status = 'running' AND NOT "
	    "coalesce(cell_lives(c.id), c.lease_until >= ?4) THEN 'stale' ELSE c.status END, "
	    "v.run, v.epoch, v.epochs, "
	    "v.objective, v.claims, v.failures, v.worker, v.error, v.finished, v.seconds, "
	    "v.run_id, "
	    "CASE c.status WHEN 'running' THEN (SELECT r.eta FROM v_run r WHERE r.id = v.run_id) "
	    "END "
	    "FROM cell c JOIN v_cell v ON v.id = c.id WHERE c.sweep_id = ?1 "
	    "AND (?2 IS NULL OR c.status = ?2) AND (?3 IS NULL OR c.finished >= ?3) ORDER BY "
	    "c.seed_index, c.ordinal",
	    err);
	struct cell_row *rows = NULL;
	int n = 0, more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "Ittf", sweep, status, since, clock_unix());
	while (!ret && (more = db_step(s, st, err)) != 0) {
		rows = xrealloc(rows, ((size_t)n + 1) * sizeof *rows);
		ret = more < 0 ? -1 : read_cell(st, &rows[n++], err);
	}
	sqlite3_reset(st);
	for (int i = 0; !ret && i < n; i++)
		ret = fn(ctx, &rows[i]);
	free(rows);
	return ret;
}
