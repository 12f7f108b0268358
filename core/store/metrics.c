/*
 * Series and their summaries. A batch of points is written one by one and folded into the summary
 * of each metric, which is read once and written once per batch. A point at an existing step
 * replaces its value; the summary is then computed again from the series.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/metric_names.h"
#include "core/store/metrics.h"
#include "core/store/runs.h"

struct summary {
	const char *name; /* the points' own pointer, which is compared first */
	int64_t name_id, n, n_bad, last_step, min_step, max_step;
	double last, min, max; /* last may be of any kind; NaN: no min, no max */
	int anew;              /* a value was replaced: compute it again from the series */
};

static void summary_empty(struct summary *m)
{
	m->n = m->n_bad = m->min_step = m->max_step = 0;
	m->last_step = INT64_MIN;
	m->last = m->min = m->max = NAN;
	m->anew = 0;
}

/* Adds a value. Of equal extremes the first step counts. */
static void summary_fold(struct summary *m, int64_t step, double v)
{
	m->n++;
	if (step >= m->last_step) {
		m->last = v;
		m->last_step = step;
	}
	if (!isfinite(v)) {
		m->n_bad++;
		return;
	}
	if (isnan(m->min) || v < m->min || (v == m->min && step < m->min_step)) {
		m->min = v;
		m->min_step = step;
	}
	if (isnan(m->max) || v > m->max || (v == m->max && step < m->max_step)) {
		m->max = v;
		m->max_step = step;
	}
}

static int summary_read(struct store *s, int64_t run, struct summary *m, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT n, n_bad, last, last_kind, last_step, min, min_step, "
				      "max, max_step FROM metric_summary "
				      "WHERE run_id = ? AND name_id = ?",
				      err);
	int found;

	if (!st)
		return -1;
	summary_empty(m);
	db_bind(st, "II", run, m->name_id);
	found = db_step(s, st, err);
	if (found <= 0)
		return found;
	m->n = sqlite3_column_int64(st, 0);
	m->n_bad = sqlite3_column_int64(st, 1);
	m->last =
	    value_make((enum value_kind)sqlite3_column_int(st, 3), sqlite3_column_double(st, 2));
	m->last_step = sqlite3_column_int64(st, 4);
	if (sqlite3_column_type(st, 5) != SQLITE_NULL) {
		m->min = sqlite3_column_double(st, 5);
		m->min_step = sqlite3_column_int64(st, 6);
		m->max = sqlite3_column_double(st, 7);
		m->max_step = sqlite3_column_int64(st, 8);
	}
	sqlite3_reset(st);
	return 0;
}

static int summary_remake(struct store *s, int64_t run, struct summary *m, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s,
				      "SELECT step, value, kind FROM metric "
				      "WHERE run_id = ? AND name_id = ? ORDER BY step",
				      err);
	int more;

	if (!st)
		return -1;
	summary_empty(m);
	db_bind(st, "II", run, m->name_id);
	while ((more = db_step(s, st, err)) > 0)
		summary_fold(m, sqlite3_column_int64(st, 0),
			     value_make((enum value_kind)sqlite3_column_int(st, 2),
					sqlite3_column_double(st, 1)));
	return more;
}

static int summary_write(struct store *s, int64_t run, const struct summary *m, struct error *err)
{
	sqlite3_stmt *st;

	if (!m->n)
		return db_run(s, err, "DELETE FROM metric_summary WHERE run_id = ? AND name_id = ?",
			      "II", run, m->name_id);
	st = db_prepare(s,
			"INSERT OR REPLACE INTO metric_summary (run_id, name_id, n, n_bad, last, "
			"last_kind, last_step, min, min_step, max, max_step) "
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			err);
	if (!st)
		return -1;
	/* an infinity is stored by its kind only; binding NaN binds NULL */
	db_bind(st, "IIIIfiIfIfI", run, m->name_id, m->n, m->n_bad,
		isfinite(m->last) ? m->last : NAN, (int)value_kind(m->last), m->last_step, m->min,
		m->min_step, m->max, m->max_step);
	if (isnan(m->min)) {
		sqlite3_bind_null(st, 9);
		sqlite3_bind_null(st, 11);
	}
	return db_step(s, st, err);
}

static int point_write(struct store *s, int64_t run, struct summary *m, long step, double v,
		       struct error *err)
{
	double stored = isfinite(v) ? v : NAN;
	int kind = (int)value_kind(v);

	if (db_run(s, err,
		   "INSERT OR IGNORE INTO metric (run_id, name_id, step, value, kind) "
		   "VALUES (?, ?, ?, ?, ?)",
		   "IIlfi", run, m->name_id, step, stored, kind))
		return -1;
	if (sqlite3_changes(s->db)) {
		summary_fold(m, step, v);
		return 0;
	}
	m->anew = 1;
	return db_run(s, err,
		      "UPDATE metric SET value = ?, kind = ? "
		      "WHERE run_id = ? AND name_id = ? AND step = ?",
		      "fiIIl", stored, kind, run, m->name_id, step);
}

struct summaries {
	struct summary *m;
	int n, last; /* last: index of the previous name; names come in turn */
};

/* The summary of a name, read on its first use. */
static struct summary *summary_of(struct store *s, struct summaries *all, int64_t run,
				  const char *name, struct error *err)
{
	struct summary *m;

	for (int i = 0; i < all->n; i++) {
		int at = (all->last + 1 + i) % all->n;

		if (all->m[at].name == name || !strcmp(all->m[at].name, name))
			return &all->m[all->last = at];
	}
	all->m = xrealloc(all->m, ((size_t)all->n + 1) * sizeof *all->m);
	m = &all->m[all->n];
	m->name = name;
	if (metric_name_id(s, name, &m->name_id, err) || summary_read(s, run, m, err))
		return NULL;
	all->last = all->n++;
	return m;
}

int metrics_insert(struct store *s, int64_t run, const struct metric_point *p, int n,
		   struct error *err)
{
	struct summaries all = {0};
	struct summary *m;
	int ret = 0;

	for (int i = 0; !ret && i < n; i++) {
		m = summary_of(s, &all, run, p[i].name, err);
		ret = m ? point_write(s, run, m, p[i].step, p[i].value, err) : -1;
	}
	for (int i = 0; !ret && i < all.n; i++) {
		if (all.m[i].anew)
			ret = summary_remake(s, run, &all.m[i], err);
		if (!ret)
			ret = summary_write(s, run, &all.m[i], err);
	}
	free(all.m);
	return ret;
}

/* Finds the metrics with values above the step, whose summaries have to be computed again. */
static int names_above(struct store *s, int64_t run, int64_t step, struct summaries *out,
		       struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s, "SELECT name_id FROM metric_summary WHERE run_id = ? AND last_step > ?", err);
	int more;

	if (!st)
		return -1;
	db_bind(st, "II", run, step);
	while ((more = db_step(s, st, err)) > 0) {
		out->m = xrealloc(out->m, ((size_t)out->n + 1) * sizeof *out->m);
		out->m[out->n++].name_id = sqlite3_column_int64(st, 0);
	}
	return more;
}

int metrics_truncate(struct store *s, int64_t run, int64_t step, struct error *err)
{
	struct summaries all = {0};
	int ret = names_above(s, run, step, &all, err);

	for (int i = 0; !ret && i < all.n; i++) {
		ret = db_run(s, err,
			     "DELETE FROM metric WHERE run_id = ? AND name_id = ? AND step > ?",
			     "III", run, all.m[i].name_id, step);
		if (!ret)
			ret = summary_remake(s, run, &all.m[i], err);
		if (!ret)
			ret = summary_write(s, run, &all.m[i], err);
	}
	free(all.m);
	return ret;
}

static int same_value(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b;
}

static int summary_same(const struct summary *a, const struct summary *b)
{
	return a->n == b->n && a->n_bad == b->n_bad && a->last_step == b->last_step &&
	       same_value(a->last, b->last) && same_value(a->min, b->min) &&
	       same_value(a->max, b->max) &&
	       (isnan(a->min) || (a->min_step == b->min_step && a->max_step == b->max_step));
}

int metrics_check(struct store *s, int64_t run, int64_t name, int fix, struct error *err)
{
	struct summary is = {.name_id = name}, should = {.name_id = name};

	if (summary_read(s, run, &is, err) || summary_remake(s, run, &should, err))
		return -1;
	if (summary_same(&is, &should))
		return 1;
	return fix && summary_write(s, run, &should, err) ? -1 : 0;
}
