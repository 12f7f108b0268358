#include "core/store/prune.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/store/store_internal.h"

/* The values that a rule compares: one of each other cell, and the cell's own; signed so that
 * larger is better. */
struct field {
	double *value, own;
	int n;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ?1 the cell, ?2 its sweep, ?3 the metric, ?4 the step, ?5 the index of its seed. SQLite
 * takes the bare column of a query with one max() from the row of the maximum. Collapsed and failed
 * runs are not compared with; the run of a running cell has status running. */
#define FIELD_SQL(value)                                                                           \
	"SELECT c.id = ?1, " value                                                                 \
	" FROM cell c JOIN run r ON r.id = c.run_id AND r.status NOT IN "                          \
	"('collapsed', 'failed') AND r.step >= ?4 JOIN metric_name k ON k.name = ?3 JOIN metric "  \
	"m "                                                                                       \
	"ON m.run_id = c.run_id AND m.name_id = k.id AND m.step BETWEEN 1 AND ?4 WHERE "           \
	"c.sweep_id "                                                                              \
	"= ?2 AND c.seed_index = ?5 AND m.value IS NOT NULL GROUP BY c.id"

static const char *field_sql(const struct prune_rule *rule)
{
	if (!strcmp(rule->kind, "asha"))
		return FIELD_SQL("m.value, max(m.step)");
	return rule->maximize ? FIELD_SQL("max(m.value)") : FIELD_SQL("min(m.value)");
}

static int read_field(struct store *s, const struct cell_claim *c, const struct prune_rule *rule,
		      long step, struct field *out, struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, field_sql(rule), err);
	int more;

	*out = (struct field){.own = NAN};
	if (!st)
		return -1;
	db_bind(st, "IItli", c->cell, c->sweep, rule->metric, step, c->seed_index);
	while ((more = db_step(s, st, err)) > 0) {
		double v = sqlite3_column_double(st, 1) * (rule->maximize ? 1 : -1);

		if (sqlite3_column_int(st, 0)) {
			out->own = v;
			continue;
		}
		out->value = xrealloc(out->value, ((size_t)out->n + 1) * sizeof *out->value);
		out->value[out->n++] = v;
	}
	if (out->n)
		qsort(out->value, (size_t)out->n, sizeof *out->value, by_value);
	return more;
}

static int by_median(const struct prune_rule *rule, const struct field *f, long step, char *why)
{
	double sign = rule->maximize ? 1 : -1, median;

	if (f->n < rule->min)
		return 0;
	median = (f->value[(f->n - 1) / 2] + f->value[f->n / 2]) / 2;
	if (f->own >= median)
		return 0;
	snprintf(why, PRUNE_WHY,
		 "pruned by median at step %ld: its best %s so far is %.6g, %s the median %.6g of "
		 "the bests of %d others",
		 step, rule->metric, sign * f->own, rule->maximize ? "under" : "above",
		 sign * median, f->n);
	return 1;
}

static int by_asha(const struct prune_rule *rule, const struct field *f, long step, char *why)
{
	int better = 0, keep = (f->n + 1) / rule->eta;

	for (int i = 0; i < f->n; i++)
		better += f->value[i] > f->own;
	if (f->n + 1 < rule->eta || better < keep)
		return 0;
	snprintf(
	    why, PRUNE_WHY,
	    "pruned by asha at step %ld: its %s there, %.6g, is number %d of %d from the %s, and "
	    "the best one in %d goes on: the first %d",
	    step, rule->metric, (rule->maximize ? 1 : -1) * f->own, better + 1, f->n + 1,
	    rule->maximize ? "largest" : "smallest", rule->eta, keep);
	return 1;
}

int cells_prune(struct store *s, const struct cell_claim *c, const struct prune_rule *rule,
		long step, char why[PRUNE_WHY], struct error *err)
{
	struct field f;
	int hopeless = 0, ret = read_field(s, c, rule, step, &f, err);

	if (!ret && !isnan(f.own))
		hopeless = !strcmp(rule->kind, "asha") ? by_asha(rule, &f, step, why)
						       : by_median(rule, &f, step, why);
	free(f.value);
	return ret ? -1 : hopeless;
}

int prune_is_reason(const char *error)
{
	return !fnmatch("*: pruned by median at step [0-9]*", error, 0) ||
	       !fnmatch("*: pruned by asha at step [0-9]*", error, 0);
}

int cells_prune_seeds(struct store *s, const struct cell_claim *c, const char *why,
		      struct error *err)
{
	if (tx_begin(s, err))
		return -1;
	return tx_end(s,
		      db_run(s, err,
			     "UPDATE cell SET status = 'pruned', error = ?3, finished = ?4 "
			     "WHERE sweep_id = ?1 AND ordinal = ?2 AND status = 'queued' "
			     "AND run_id IS NULL",
			     "Iitt", c->sweep, c->ordinal, why, stamp_now().text),
		      err);
}
