#include "core/store/query/series.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/strbuf.h"
#include "core/store/row.h"
#include "core/store/store_internal.h"

void series_release(struct series *series)
{
	free(series->step);
	free(series->value);
	*series = (struct series){0};
}

static void append(struct series *out, double step, double value)
{
	size_t n = (size_t)out->n;

	if (out->n && out->step[out->n - 1] == step) {
		out->value[out->n - 1] = value; /* evaluated again: the newest counts */
		return;
	}
	if (!(n & (n - 1))) { /* the arrays have room for a power of two */
		out->step = xrealloc(out->step, (n ? 2 * n : 1) * sizeof *out->step);
		out->value = xrealloc(out->value, (n ? 2 * n : 1) * sizeof *out->value);
	}
	out->step[out->n] = step;
	out->value[out->n++] = value;
}

/* Appends rows of the run: a step or an index (`column` names it), value, kind. */
static int read_rows(struct store *s, struct row *r, const char *column, struct series *out,
		     struct error *err)
{
	int more;

	while ((more = db_step(s, r->st, err)) > 0) {
		double at = (double)row_int(r, 0, column, 0, ROW_COUNT_MAX);
		int kind = (int)row_int(r, 2, "kind", VALUE_NUMBER, VALUE_MINUS_INF);

		append(
		    out, at,
		    value_make((enum value_kind)kind, kind ? 0 : row_real_or_null(r, 1, "value")));
		if (r->bad) {
			sqlite3_reset(r->st);
			return -1;
		}
	}
	return more;
}

int series_read(struct store *s, int64_t run, const char *metric, struct series *out,
		struct error *err)
{
	static const char *const sql[] = {
	    "SELECT m.step, m.value, m.kind FROM metric m WHERE m.run_id = ?1 AND m.name_id = "
	    "(SELECT id FROM metric_name WHERE name = ?2) ORDER BY m.step",
	    "SELECT e.step, v.value, v.kind FROM eval e CROSS JOIN eval_value v ON v.eval_id = "
	    "e.id "
	    "WHERE e.run_id = ?1 AND v.name_id = (SELECT id FROM metric_name WHERE name = ?2) "
	    "ORDER BY e.step, e.id"};

	static const char *const of[] = {"metric of run", "eval of run"};

	*out = (struct series){0};
	for (int i = 0; i < 2 && !out->n; i++) {
		struct row r = {db_prepare(s, sql[i], err), of[i], run, err, 0};

		if (!r.st)
			return -1;
		db_bind(r.st, "It", run, metric);
		if (read_rows(s, &r, "step", out, err)) {
			series_release(out);
			return -1;
		}
	}
	return 0;
}

int series_tail(struct store *s, int64_t run, const char *metric, long step, double *out, int max,
		struct error *err)
{
	sqlite3_stmt *st =
	    db_prepare(s,
		       "SELECT value, kind FROM metric WHERE run_id = ? AND name_id = "
		       "(SELECT id FROM metric_name WHERE name = ?) AND step <= ? "
		       "ORDER BY step DESC LIMIT ?",
		       err);
	int n = 0, more;

	if (!st)
		return -1;
	db_bind(st, "Itli", run, metric, step, max);
	while ((more = db_step(s, st, err)) > 0)
		out[n++] = value_make((enum value_kind)sqlite3_column_int(st, 1),
				      sqlite3_column_double(st, 0));
	return more < 0 ? -1 : n;
}

int series_each(struct store *s, int64_t run,
		int (*fn)(void *ctx, const char *metric, double created, struct error *err),
		void *ctx, struct error *err)
{
	sqlite3_stmt *st = db_prepare(
	    s,
	    "SELECT n.name, (SELECT CAST(strftime('%s', created) AS REAL) FROM run WHERE id = "
	    "?1) FROM metric_name n WHERE n.id IN (SELECT name_id FROM metric_summary WHERE "
	    "run_id = ?1 UNION SELECT v.name_id FROM eval e CROSS JOIN eval_value v ON "
	    "v.eval_id = e.id WHERE e.run_id = ?1) ORDER BY n.name",
	    err);
	int more, ret = 0;

	if (!st)
		return -1;
	db_bind(st, "I", run);
	while (!ret && (more = db_step(s, st, err)) > 0)
		ret = fn(ctx, db_text(st, 0), sqlite3_column_double(st, 1), err);
	if (ret)
		sqlite3_reset(st);
	return ret ? -1 : more;
}

/* The table is missing from a store of an older version that is open for reading. */
static int has_spectra(struct store *s, struct error *err)
{
	int64_t one;

	return db_int(s, &one, err,
		      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'spectrum'", "");
}

int spectrum_read(struct store *s, int64_t run, const char *name, long step, struct series *out,
		  long *at, struct error *err)
{
	struct row r = {NULL, "spectrum of run", run, err, 0};
	int64_t found = 0;
	int more = has_spectra(s, err);

	*out = (struct series){0};
	*at = 0;
	if (more > 0)
		more = db_int(
		    s, &found, err,
		    "SELECT max(step) FROM spectrum WHERE run_id = ? AND name = ? AND step <= ?",
		    "ItI", run, name, step < 0 ? INT64_MAX : (int64_t)step);
	if (more <= 0)
		return more;
	*at = (long)found;
	r.st = db_prepare(
	    s,
	    "SELECT i, value, 0 FROM spectrum WHERE run_id = ? AND name = ? AND step = ? "
	    "ORDER BY i",
	    err);
	if (!r.st)
		return -1;
	db_bind(r.st, "ItI", run, name, found);
	if (!read_rows(s, &r, "i", out, err))
		return 0;
	series_release(out);
	return -1;
}

int spectrum_means(struct store *s, int64_t run, const char *name, struct series *mean,
		   struct series *sd, struct error *err)
{
	sqlite3_stmt *st;
	int more = has_spectra(s, err);

	*mean = *sd = (struct series){0};
	if (more <= 0)
		return more;
	st = db_prepare(
	    s,
	    "SELECT step, avg(value), max(0, avg(value * value) - avg(value) * avg(value)) "
	    "FROM spectrum WHERE run_id = ? AND name = ? GROUP BY step ORDER BY step",
	    err);
	if (!st)
		return -1;
	db_bind(st, "It", run, name);
	while ((more = db_step(s, st, err)) > 0) {
		double at = (double)sqlite3_column_int64(st, 0);

		append(mean, at, sqlite3_column_double(st, 1));
		append(sd, at, sqrt(sqlite3_column_double(st, 2)));
	}
	return more;
}
