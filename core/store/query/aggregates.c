#include "core/store/query/aggregates.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strbuf.h"

struct values {
	double *v, q;
	int n, cap;
};

/* Grows an array in SQLite's memory, which user_sql.c limits. NULL: out of memory. */
static void *grow(void *old, int *cap, size_t size)
{
	int more = *cap ? 2 * *cap : 64;
	void *p = *cap > INT_MAX / 2 ? NULL : sqlite3_realloc64(old, (sqlite3_uint64)more * size);

	if (p)
		*cap = more;
	return p;
}

static void step(sqlite3_context *c, int argc, sqlite3_value **arg)
{
	struct values *all = sqlite3_aggregate_context(c, sizeof *all);

	if (!all) {
		sqlite3_result_error_nomem(c);
		return;
	}
	if (argc == 2) {
		all->q = sqlite3_value_double(arg[1]);
		if (sqlite3_value_numeric_type(arg[1]) == SQLITE_NULL ||
		    !(all->q >= 0 && all->q <= 1))
			sqlite3_result_error(c, "quantile(x, q): q must lie between 0 and 1", -1);
	}
	if (sqlite3_value_type(arg[0]) == SQLITE_NULL)
		return;
	if (all->n == all->cap) {
		double *more = grow(all->v, &all->cap, sizeof *all->v);

		if (!more) {
			sqlite3_result_error_nomem(c);
			return;
		}
		all->v = more;
	}
	all->v[all->n++] = sqlite3_value_double(arg[0]);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void finish(sqlite3_context *c, double (*fn)(struct values *))
{
	struct values *all = sqlite3_aggregate_context(c, 0);
	double y;

	if (all && all->n) {
		qsort(all->v, (size_t)all->n, sizeof *all->v, ascending);
		y = fn(all);
		if (isnan(y))
			sqlite3_result_null(c);
		else
			sqlite3_result_double(c, y);
	}
	if (all)
		sqlite3_free(all->v);
}

static double quantile(struct values *all)
{
	double at = all->q * (all->n - 1);
	int i = (int)at;

	if (i + 1 >= all->n)
		return all->v[all->n - 1];
	return all->v[i] + (at - i) * (all->v[i + 1] - all->v[i]);
}

static double median(struct values *all)
{
	all->q = 0.5;
	return quantile(all);
}

static double stddev(struct values *all)
{
	double mean = 0, sum = 0;

	if (all->n < 2)
		return NAN;
	for (int i = 0; i < all->n; i++)
		mean += all->v[i];
	mean /= all->n;
	for (int i = 0; i < all->n; i++)
		sum += (all->v[i] - mean) * (all->v[i] - mean);
	return sqrt(sum / (all->n - 1));
}

static void finish_quantile(sqlite3_context *c)
{
	finish(c, quantile);
}

static void finish_median(sqlite3_context *c)
{
	finish(c, median);
}

static void finish_stddev(sqlite3_context *c)
{
	finish(c, stddev);
}

struct word {
	char *text;
	int64_t a, b;
};
struct words {
	struct word *w;
	int n, cap;
};

static void add_word(sqlite3_context *c, int argc, sqlite3_value **arg)
{
	struct words *all = sqlite3_aggregate_context(c, sizeof *all);
	const char *text = (const char *)sqlite3_value_text(arg[0]);
	struct word w = {NULL, sqlite3_value_int64(arg[1]), sqlite3_value_int64(arg[2])};

	(void)argc;
	if (all && !text)
		return;
	if (all && all->n == all->cap) {
		struct word *more = grow(all->w, &all->cap, sizeof *all->w);

		all->w = more ? more : all->w;
	}
	if (all && all->n < all->cap)
		w.text = sqlite3_mprintf("%s", text);
	if (w.text)
		all->w[all->n++] = w;
	else
		sqlite3_result_error_nomem(c);
}

static int by_place(const void *x, const void *y)
{
	const struct word *v = x, *w = y;

	return v->a != w->a ? (v->a > w->a) - (v->a < w->a) : (v->b > w->b) - (v->b < w->b);
}

static void finish_list(sqlite3_context *c)
{
	struct words *all = sqlite3_aggregate_context(c, 0);
	struct strbuf list = STRBUF_INIT;

	if (!all || !all->n)
		return;
	qsort(all->w, (size_t)all->n, sizeof *all->w, by_place);
	for (int i = 0; i < all->n; i++) {
		strbuf_addf(&list, "%s%s", i ? " " : "", all->w[i].text);
		sqlite3_free(all->w[i].text);
	}
	sqlite3_free(all->w);
	sqlite3_result_text(c, list.buf, -1, SQLITE_TRANSIENT);
	strbuf_release(&list);
}

static void fixed(sqlite3_context *c, int n, sqlite3_value **arg)
{
	char text[400];
	int digits = sqlite3_value_int(arg[1]);

	(void)n;
	if (sqlite3_value_type(arg[0]) == SQLITE_NULL)
		return;
	snprintf(text, sizeof text, "%.*f",
		 digits < 0    ? 0
		 : digits > 20 ? 20
			       : digits,
		 sqlite3_value_double(arg[0]));
	sqlite3_result_text(c, text, -1, SQLITE_TRANSIENT);
}

static int register_one(sqlite3 *db, const char *name, int args,
			void (*each)(sqlite3_context *, int, sqlite3_value **),
			void (*final)(sqlite3_context *))
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	return sqlite3_create_function_v2(db, name, args, flags, NULL, NULL, each, final, NULL);
}

int aggregates_register(sqlite3 *db)
{
	static const struct {
		const char *name;
		int args;
		void (*final)(sqlite3_context *);
	} table[] = {
	    {"median", 1, finish_median},
	    {"stddev", 1, finish_stddev},
	    {"quantile", 2, finish_quantile},
	};
	int bad = register_one(db, "list_by", 3, add_word, finish_list) |
		  sqlite3_create_function_v2(db, "fixed", 2,
					     SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
					     NULL, fixed, NULL, NULL, NULL);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		bad |= register_one(db, table[i].name, table[i].args, step, table[i].final);
	return bad ? -1 : 0;
}
