/* The effects of hyperparameters as tables and sentences. */
#include <math.h>
#include <stdlib.h>

#include "core/report/effects_print.h"

static void add_real(struct table *t, double x, int digits)
{
	if (isnan(x))
		table_null(t);
	else
		table_real(t, x, digits);
}

static void add_share_row(struct table *t, const char *method, const char *what, int levels,
			  double share)
{
	table_text(t, method);
	table_text(t, what);
	add_real(t, 100 * share, 1);
	if (levels)
		table_int(t, levels);
	else
		table_null(t);
}

struct table *effects_shares(const struct effects *e)
{
	struct table *t = table_new();

	table_column(t, "method");
	table_column(t, "hyperparameter");
	table_column(t, "share, %");
	table_column(t, "levels");
	for (int b = 0; b < e->n; b++) {
		const struct effect_block *k = &e->block[b];

		for (int i = 0; i < k->n; i++)
			add_share_row(t, k->method, k->effect[i].param, k->effect[i].n,
				      k->effect[i].share);
		if (k->n) {
			add_share_row(t, k->method, "(interactions)", 0, k->rest);
			add_share_row(t, k->method, "(seeds)", 0, k->seeds);
		}
	}
	return t;
}

static void add_level_row(struct table *t, const char *method, const struct effect *f,
			  const struct effect_level *l, int digits)
{
	table_text(t, method);
	table_text(t, f->param);
	table_text(t, l->text);
	table_int(t, l->n);
	add_real(t, l->mean, digits);
	add_real(t, l->sd, digits);
}

static void add_lost(struct table *t, const struct effect_level *l)
{
	table_int(t, l->collapsed);
	table_int(t, l->pruned);
}

static void add_lost_columns(struct table *t)
{
	table_column(t, "collapsed");
	table_column(t, "pruned");
}

static int has_lost(const struct effects *e)
{
	for (int b = 0; b < e->n; b++)
		if (e->block[b].collapsed || e->block[b].pruned)
			return 1;
	return 0;
}

static int has_gains(const struct effects *e)
{
	for (int b = 0; b < e->n; b++)
		if (!isnan(e->block[b].best_gain))
			return 1;
	return 0;
}

static struct table *new_levels_table(void)
{
	static const char *const column[] = {"method", "hyperparameter", "value",
					     "runs",   "mean",           "sd"};
	struct table *t = table_new();

	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	return t;
}

struct table *effects_levels(const struct effects *e, int digits)
{
	struct table *t = new_levels_table();
	int gains = has_gains(e), lost = has_lost(e);

	if (gains)
		table_column(t, "gain");
	if (lost)
		add_lost_columns(t);
	for (int b = 0; b < e->n; b++)
		for (int i = 0; i < e->block[b].n; i++)
			for (int k = 0; k < e->block[b].effect[i].n; k++) {
				const struct effect *f = &e->block[b].effect[i];

				add_level_row(t, e->block[b].method, f, &f->level[k], digits);
				if (gains)
					add_real(t, f->level[k].gain, digits);
				if (lost)
					add_lost(t, &f->level[k]);
			}
	return t;
}

/* The row of a share without levels. */
static void add_whole_row(struct table *t, const char *method, const char *what, double share)
{
	table_text(t, method);
	table_text(t, what);
	for (int i = 0; i < 4; i++)
		table_null(t);
	add_real(t, 100 * share, TABLE_SIX);
	for (int i = 0; i < 3; i++)
		table_null(t);
}

struct table *effects_whole(const struct effects *e)
{
	struct table *t = new_levels_table();

	table_column(t, "share");
	table_column(t, "gain");
	add_lost_columns(t);
	for (int b = 0; b < e->n; b++) {
		const struct effect_block *k = &e->block[b];

		for (int i = 0; i < k->n; i++)
			for (int l = 0; l < k->effect[i].n; l++) {
				add_level_row(t, k->method, &k->effect[i], &k->effect[i].level[l],
					      TABLE_SIX);
				add_real(t, 100 * k->effect[i].share, TABLE_SIX);
				add_real(t, k->effect[i].level[l].gain, TABLE_SIX);
				add_lost(t, &k->effect[i].level[l]);
			}
		if (k->n) {
			add_whole_row(t, k->method, "(interactions)", k->rest);
			add_whole_row(t, k->method, "(seeds)", k->seeds);
		}
	}
	return t;
}

static void warn_count(const struct effect_block *b, int n, const char *why, struct strbuf *out)
{
	if (n)
		strbuf_addf(out, "%s: %d run%s %s\n", b->method, n, n == 1 ? "" : "s", why);
}

static void warn_lost(const struct effect_block *b, struct strbuf *out)
{
	warn_count(b, b->collapsed, "collapsed: counted at each value, but in no mean", out);
	warn_count(b, b->pruned, "pruned: counted at each value, but in no mean", out);
	warn_count(b, b->undone, "not finished, left out", out);
	warn_count(b, b->left_out, "without a finite value, left out", out);
}

static void warn_block(const struct effect_block *b, struct strbuf *out)
{
	for (int i = 0; i < b->n; i++) {
		const struct effect *f = &b->effect[i];

		if (f->n == b->runs + b->collapsed + b->pruned && f->n > 1)
			strbuf_addf(out,
				    "%s: each of the %d runs has its own %s: its effect cannot be "
				    "distinguished from chance (`ssl plot parallel` shows it)\n",
				    b->method, f->n, f->param);
		if (f->drawn)
			strbuf_addf(
			    out,
			    "%s: %s has a different value in each of the %d cells: the values "
			    "are divided into four ranges\n",
			    b->method, f->param, b->cells);
		if (f->edge)
			strbuf_addf(out,
				    "%s: the best cell has %s = %s, the %s value of the grid: a "
				    "%s one may be even better\n",
				    b->method, f->param, f->level[f->best].text,
				    f->edge < 0 ? "smallest" : "largest",
				    f->edge < 0 ? "smaller" : "larger");
	}
	if (!b->n || isnan(b->effect[0].share))
		; /* reported above */
	else if (isnan(b->seeds))
		strbuf_addf(out,
			    "%s: one seed per cell: the effect of the seeds cannot be "
			    "distinguished from interactions\n",
			    b->method);
	else if (isnan(b->rest))
		strbuf_addf(
		    out,
		    "%s: not a full grid with equally many seeds in each cell: main effects "
		    "overlap\n",
		    b->method);
	if (b->best_gain <= 0)
		strbuf_addf(
		    out,
		    "%s: no cell exceeds the untrained encoder: the best gain over that floor "
		    "is %+.2f\n",
		    b->method, b->best_gain);
	warn_lost(b, out);
}

void effects_warnings(const struct effects *e, struct strbuf *out)
{
	for (int b = 0; b < e->n; b++)
		warn_block(&e->block[b], out);
}
