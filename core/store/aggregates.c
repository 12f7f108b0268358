/* median(x), stddev(x) and quantile(x, q): the aggregates that SQLite lacks. NULLs are left out; no
 * value at all is NULL. stddev is that of a sample (n - 1), NULL for one value; quantile
 * interpolates linearly between order statistics, as NumPy's default does. */
#include <math.h>
#include <stdlib.h>

#include "core/store/aggregates.h"

struct values {
	double *v, q;
	int n, cap;
};

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
		all->cap = all->cap ? 2 * all->cap : 64;
		all->v = xrealloc(all->v, (size_t)all->cap * sizeof *all->v);
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
		free(all->v);
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
	int bad = 0;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		bad |= sqlite3_create_function_v2(db, table[i].name, table[i].args,
						  SQLITE_UTF8 | SQLITE_DETERMINISTIC |
						      SQLITE_INNOCUOUS,
						  NULL, NULL, step, table[i].final, NULL);
	return bad ? -1 : 0;
}
