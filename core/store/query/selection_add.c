#include "core/store/query/selection_add.h"

#include <stdlib.h>

#include "core/store/query/filter.h"
#include "core/store/query/user_sql.h"
#include "core/store/sweeps.h"

/* The columns that add_row() reads. */
#define RUN_COLUMNS                                                                                \
	"v_run.id, v_run.seed, v_run.dataset_id, v_run.epochs, v_run.steps, v_run.name, "          \
	"v_run.method, v_run.status, v_run.group_hash, v_run.dataset_label"

/* Adds the run of the row. is_new: the caller knows that the selection does not have it. */
static void add_row(struct selection *sel, sqlite3_stmt *st, int is_new)
{
	struct selected *r;

	if (!is_new && selection_has(sel, sqlite3_column_int64(st, 0)))
		return;
	sel->run = xrealloc(sel->run, (size_t)(sel->n + 1) * sizeof *sel->run);
	r = &sel->run[sel->n++];
	r->id = sqlite3_column_int64(st, 0);
	r->seed = sqlite3_column_int64(st, 1);
	r->dataset_id = sqlite3_column_int64(st, 2);
	r->epochs = (long)sqlite3_column_int64(st, 3);
	r->steps = (long)sqlite3_column_int64(st, 4);
	db_text_into(st, 5, r->name, sizeof r->name);
	db_text_into(st, 6, r->method, sizeof r->method);
	db_text_into(st, 7, r->status, sizeof r->status);
	db_text_into(st, 8, r->group, sizeof r->group);
	db_text_into(st, 9, r->dataset, sizeof r->dataset);
}

int selection_add_run(struct store *s, struct selection *sel, int64_t id, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, "SELECT " RUN_COLUMNS " FROM v_run WHERE id = ?", err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "I", id);
	while ((more = db_step(s, st, err)) > 0)
		add_row(sel, st, 0);
	return more;
}

enum { WHERE_SECONDS = 60 };

int selection_add_where(struct store *s, struct selection *sel, const char *where,
			struct error *err)
{
	struct strbuf sql = STRBUF_INIT;
	sqlite3_stmt *st = NULL;
	int ret = -1, rc, empty = !sel->n;

	strbuf_adds(&sql, "SELECT " RUN_COLUMNS " FROM v_run WHERE ");
	if (filter_where(s, where, &sql, err))
		goto done;
	strbuf_adds(&sql, " ORDER BY v_run.id");
	st = user_sql_prepare(s, "-w", sql.buf, WHERE_SECONDS, err);
	if (!st)
		goto done;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		add_row(sel, st, empty);
	ret = user_sql_end(s, "-w", rc, err);
done:
	sqlite3_finalize(st);
	strbuf_release(&sql);
	return ret;
}

static void add_plan(struct selection *sel, int64_t id)
{
	for (int i = 0; i < sel->sweeps; i++)
		if (sel->sweep[i] == id)
			return;
	sel->sweep = xrealloc(sel->sweep, (size_t)(sel->sweeps + 1) * sizeof *sel->sweep);
	sel->sweep[sel->sweeps++] = id;
}

int selection_add_plan(struct store *s, struct selection *sel, const char *name, struct error *err)
{
	struct sweep_row w;

	if (sweeps_find(s, name, &w, err))
		return -1;
	add_plan(sel, w.id);
	sweep_row_release(&w);
	return 0;
}

int selection_add_sweeps(struct store *s, struct selection *sel, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT id FROM sweep WHERE id NOT IN (SELECT sweep_id FROM sweep_trash)", err);
	int more;

	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0)
		add_plan(sel, sqlite3_column_int64(st, 0));
	return more;
}

int selection_add_sweep(struct store *s, struct selection *sel, const char *name, struct error *err)
{
	sqlite3_stmt *st;
	int64_t sweep = 0;
	int more = db_int(s, &sweep, err,
			  "SELECT id FROM sweep WHERE name = ? AND id NOT IN (SELECT sweep_id FROM "
			  "sweep_trash)",
			  "t", name),
	    empty = !sel->n;

	if (more <= 0)
		return more;
	add_plan(sel, sweep);
	st =
	    db_prepare(s,
		       "SELECT " RUN_COLUMNS " FROM cell c JOIN v_run ON v_run.id = c.run_id WHERE "
		       "c.sweep_id = ? ORDER BY c.ordinal, c.seed_index",
		       err);
	if (!st)
		return -1;
	db_bind(st, "I", sweep);
	while ((more = db_step(s, st, err)) > 0)
		add_row(sel, st, empty);
	return more ? -1 : 1;
}
