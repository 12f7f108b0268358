#include "core/store/query/selection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/metric_names.h"
#include "core/store/query/filter.h"
#include "core/store/query/refs.h"
#include "core/store/query/user_sql.h"
#include "core/store/sweeps.h"

void selection_release(struct selection *sel)
{
	if (sel->varied)
		varied_release(sel->varied);
	free(sel->varied);
	free(sel->repeated);
	free(sel->run);
	free(sel->sweep);
	*sel = (struct selection){0};
}

static int has(const struct selection *sel, int64_t id)
{
	for (int i = 0; i < sel->n; i++)
		if (sel->run[i].id == id)
			return 1;
	return 0;
}

void selection_intersect(struct selection *sel, const struct selection *of)
{
	int n = 0;

	for (int i = 0; i < sel->n; i++)
		if (has(of, sel->run[i].id))
			sel->run[n++] = sel->run[i];
	sel->n = n;
}

/* A row of id, seed, dataset_id, epochs, steps, name, method, status, group_hash, dataset_label. */
static void add_row(struct selection *sel, sqlite3_stmt *st, int sorted)
{
	struct selected *r;

	if (!sorted && has(sel, sqlite3_column_int64(st, 0)))
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

int selection_add_ref(struct store *s, struct selection *sel, const char *ref, struct error *err)
{
	sqlite3_stmt *st;
	int64_t id;
	long epoch;
	int more;

	if (refs_resolve(s, ref, &id, &epoch, err))
		return -1;
	if (epoch >= 0)
		return error_set(err, ERR_USAGE, "%s: a whole run is wanted, without @epoch", ref);
	st = db_prepare(s,
			"SELECT id, seed, dataset_id, epochs, steps, name, method, status, "
			"group_hash, dataset_label FROM v_run WHERE id = ?",
			err);
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

	strbuf_adds(&sql, "SELECT id, seed, dataset_id, epochs, steps, name, method, status, "
			  "group_hash, dataset_label FROM v_run WHERE ");
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
	st = db_prepare(
	    s,
	    "SELECT v.id, v.seed, v.dataset_id, v.epochs, v.steps, v.name, v.method, v.status, "
	    "v.group_hash, v.dataset_label FROM cell c JOIN v_run v ON v.id = c.run_id WHERE "
	    "c.sweep_id = ? "
	    "ORDER BY c.ordinal, c.rank",
	    err);
	if (!st)
		return -1;
	db_bind(st, "I", sweep);
	while ((more = db_step(s, st, err)) > 0)
		add_row(sel, st, empty);
	return more ? -1 : 1;
}

static int is_lost(const struct selected *r)
{
	return !strcmp(r->status, "collapsed") || !strcmp(r->status, "pruned");
}

/* Of runs of one experiment: does q count in r's place? One that is done before those that were
 * lost, else the newer one of its kind. */
static int supersedes(const struct selected *q, const struct selected *r)
{
	if (!strcmp(q->status, "done"))
		return q->id > r->id || is_lost(r);
	return is_lost(q) && is_lost(r) && q->id > r->id;
}

static int is_same_experiment(const struct selected *p, const struct selected *q)
{
	return p->seed == q->seed && p->dataset_id == q->dataset_id && !strcmp(p->group, q->group);
}

int selection_repeats(const struct selection *sel, int i)
{
	const struct selected *r = &sel->run[i];

	if (sel->repeated)
		return sel->repeated[i];
	for (int k = 0; k < sel->n; k++)
		if (k != i && is_same_experiment(&sel->run[k], r) && supersedes(&sel->run[k], r))
			return 1;
	return 0;
}

/* One experiment's runs together, the newest first. */
static int by_experiment(const void *a, const void *b)
{
	const struct selected *p = *(struct selected *const *)a, *q = *(struct selected *const *)b;
	int order = strcmp(p->group, q->group);

	if (order)
		return order;
	if (p->dataset_id != q->dataset_id)
		return p->dataset_id < q->dataset_id ? -1 : 1;
	if (p->seed != q->seed)
		return p->seed < q->seed ? -1 : 1;
	return (p->id < q->id) - (p->id > q->id);
}

static void mark_repeated(struct selection *sel)
{
	struct selected **run = xmalloc((size_t)(sel->n + 1) * sizeof *run);

	sel->repeated = xcalloc((size_t)sel->n + 1, 1);
	for (int i = 0; i < sel->n; i++)
		run[i] = &sel->run[i];
	qsort(run, (size_t)sel->n, sizeof *run, by_experiment);
	for (int from = 0, to; from < sel->n; from = to) {
		for (to = from + 1; to < sel->n && is_same_experiment(run[from], run[to]); to++)
			;
		for (int i = from; i < to; i++)
			for (int k = from; k < to && !sel->repeated[run[i] - sel->run]; k++)
				sel->repeated[run[i] - sel->run] =
				    (char)(k != i && supersedes(run[k], run[i]));
	}
	free(run);
}

int selection_study(struct store *s, struct selection *sel, struct error *err)
{
	struct varied_set *varied = xcalloc(1, sizeof *varied);

	if (selection_varied(s, sel, varied, err)) {
		free(varied);
		return -1;
	}
	sel->varied = varied;
	mark_repeated(sel);
	return 0;
}

struct selection selection_part(const struct selection *sel, const char *keep)
{
	struct selection out = {.run = xmalloc((size_t)(sel->n + 1) * sizeof *out.run)};

	for (int i = 0; i < sel->n; i++)
		if (keep[i])
			out.run[out.n++] = sel->run[i];
	if (!sel->varied)
		return out;
	out.varied = xmalloc(sizeof *out.varied);
	*out.varied = varied_part(sel->varied, keep);
	mark_repeated(&out);
	return out;
}

void selection_ids(const struct selection *sel, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (int i = 0; i < sel->n; i++)
		strbuf_addf(out, "%s%lld", i ? "," : "", (long long)sel->run[i].id);
	strbuf_addc(out, ']');
}

/* How many of the runs (a JSON list) have a value of the metric: of those that are done, or of all.
 */
static int count_with(struct store *s, const char *ids, int64_t metric, int done, int64_t *n,
		      struct error *err)
{
	return db_int(s, n, err,
		      "SELECT count(*) FROM json_each(?1) j JOIN run r ON r.id = j.value WHERE "
		      "(NOT ?3 OR r.status = 'done') AND (EXISTS (SELECT 1 FROM "
		      "metric_summary m WHERE m.run_id = j.value AND m.name_id = ?2) OR EXISTS "
		      "(SELECT 1 FROM eval e CROSS JOIN eval_value v ON v.eval_id = e.id WHERE "
		      "e.run_id = j.value AND v.name_id = ?2))",
		      "tIi", ids, metric, done);
}

/* The one of them that most runs have, the first of equals; -1 none. Runs that are done decide, if
 * any of them has one: others may be evaluated on test later. */
static int most_have(struct store *s, const struct selection *sel, const int64_t *id, int found,
		     int64_t *best, struct error *err)
{
	struct strbuf ids = STRBUF_INIT;
	int64_t most = 0, n;
	int ret = 0;

	*best = -1;
	selection_ids(sel, &ids);
	for (int done = 1; done >= 0 && *best < 0 && !ret; done--)
		for (int i = 0; i < found && !ret; i++) {
			ret = count_with(s, ids.buf, id[i], done, &n, err) < 0 ? -1 : 0;
			if (!ret && n > most) {
				most = n;
				*best = id[i];
			}
		}
	strbuf_release(&ids);
	return ret;
}

/* What a metric without a direction of its own is to be in the sweeps that it is the objective of.
 */
static int add_said_goal(struct store *s, const struct selection *sel, struct metric_info *out,
			 struct error *err)
{
	int64_t none = 0, min = 0;

	if (db_int(s, &none, err, "SELECT goal = 'none' FROM metric_name WHERE name = ?", "t",
		   out->name) < 0)
		return -1;
	for (int i = 0; none && i < sel->sweeps; i++) {
		if (db_int(s, &min, err,
			   "SELECT goal = 'min' FROM sweep WHERE id = ? AND objective = ?", "It",
			   sel->sweep[i], out->name) < 0)
			return -1;
		out->low_is_good |= (int)min;
	}
	return 0;
}

int selection_metric(struct store *s, const struct selection *sel, const char *name,
		     struct metric_info *out, struct error *err)
{
	int64_t id[3], best;
	sqlite3_stmt *st;
	int found = metric_resolve(s, name, id, err), more = 0;

	if (found < 0 || most_have(s, sel, id, found, &best, err))
		return -1;
	if (!found)
		return metric_missing(s, "metric: ", name, err);
	if (best < 0)
		return error_set(err, ERR_NOT_FOUND, "metric %s: none of the runs has it", name);
	st = db_prepare(s, "SELECT name, unit, goal = 'min' FROM metric_name WHERE id = ?", err);
	if (!st)
		return -1;
	db_bind(st, "I", best);
	while ((more = db_step(s, st, err)) > 0) {
		db_text_into(st, 0, out->name, sizeof out->name);
		db_text_into(st, 1, out->unit, sizeof out->unit);
		out->low_is_good = sqlite3_column_int(st, 2);
	}
	return more ? -1 : add_said_goal(s, sel, out, err);
}

static const char last_sql[] =
    "SELECT x FROM (SELECT v.value AS x, e.step AS step, e.id AS id FROM eval e "
    "CROSS JOIN eval_value v WHERE e.run_id = ?1 AND v.eval_id = e.id AND v.name_id = (SELECT id "
    "FROM metric_name WHERE name = ?2) UNION ALL SELECT s.last, s.last_step, 0 FROM "
    "metric_summary s WHERE s.run_id = ?1 AND s.name_id = (SELECT id FROM metric_name WHERE name = "
    "?2)) ORDER BY step DESC, id DESC LIMIT 1";
static const char best_sql[] = "SELECT value FROM v_best WHERE run_id = ?1 AND metric = ?2";

static const char floor_sql[] = "SELECT floor FROM v_floor WHERE run_id = ?1 AND metric = ?2";

/* One value of each run, by a query of the run (?1) and the metric (?2). */
static int each_value(struct store *s, const struct selection *sel, const char *sql,
		      const char *metric, double *out, struct error *err)
{
	for (int i = 0; i < sel->n; i++) {
		sqlite3_stmt *st = db_prepare(s, sql, err);
		int more;

		if (!st)
			return -1;
		db_bind(st, "It", sel->run[i].id, metric);
		out[i] = NAN;
		while ((more = db_step(s, st, err)) > 0)
			if (sqlite3_column_type(st, 0) != SQLITE_NULL)
				out[i] = sqlite3_column_double(st, 0);
		if (more < 0)
			return -1;
	}
	return 0;
}

int selection_values(struct store *s, const struct selection *sel, const char *metric, int best,
		     double *out, struct error *err)
{
	return each_value(s, sel, best ? best_sql : last_sql, metric, out, err);
}

void selection_results(const struct selection *sel, double *value)
{
	for (int i = 0; i < sel->n; i++)
		if (strcmp(sel->run[i].status, "done") != 0)
			value[i] = NAN;
}

void selection_order(const struct selection *sel, double *value)
{
	for (int i = 0; i < sel->n; i++)
		if (!strcmp(sel->run[i].status, "collapsed"))
			value[i] = NAN;
}

int selection_floors(struct store *s, const struct selection *sel, const char *metric, double *out,
		     struct error *err)
{
	return each_value(s, sel, floor_sql, metric, out, err);
}

int selection_is_first_of_method(const struct selection *sel, int i)
{
	for (int k = 0; k < i; k++)
		if (!strcmp(sel->run[k].method, sel->run[i].method))
			return 0;
	return 1;
}
