/* The tables of a comparison. compare_sentences.c has its sentences, compare_latex.c tables for
 * papers. */
#include <math.h>
#include <string.h>

#include "core/report/compare_print.h"

static int digits_of(const char *unit, int human)
{
	if (!human)
		return TABLE_SHORTEST;
	return !strcmp(unit, "%") ? 2 : TABLE_SIX;
}

static void add_real(struct table *t, double v, int digits)
{
	if (isnan(v))
		table_null(t);
	else
		table_real(t, v, digits);
}

static int has_floors(const struct compare *c)
{
	for (int i = 0; i < c->n_groups; i++)
		if (!isnan(c->group[i].gain))
			return 1;
	return 0;
}

static int has_lost(const struct compare *c)
{
	for (int i = 0; i < c->n_groups; i++)
		if (c->group[i].collapsed || c->group[i].pruned)
			return 1;
	return 0;
}

static void add_minor_column(struct table *t, const char *name)
{
	table_column(t, name);
	table_minor(t);
}

/* Which columns there are besides those of every comparison, and the digits of values. */
struct columns {
	int digits, floors, datasets, lost, hash;
};

static void add_columns(struct table *t, const struct compare *c, const struct columns *has)
{
	static const char *const column[] = {"n", "mean", "sd", "ci_low", "ci_high"};

	table_column(t, c->by);
	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	add_minor_column(t, "best_run");
	if (has->floors) {
		add_minor_column(t, "floor");
		table_column(t, "gain");
	}
	if (c->select) {
		table_column(t, c->select);
		add_minor_column(t, "chosen_of");
	}
	if (!c->by_recipe && c->select)
		table_column(t, "recipe");
	else if (!c->by_recipe)
		add_minor_column(t, "recipes");
	if (has->datasets)
		add_minor_column(t, "dataset");
	if (has->lost) {
		table_column(t, "collapsed");
		table_column(t, "pruned");
	}
	if (has->hash)
		add_minor_column(t, "group_hash");
}

static void add_group(struct table *t, const struct compare *c, const struct columns *has,
		      const struct compare_group *g, int human)
{
	const double v[] = {g->mean, g->sd, g->ci.low, g->ci.high, g->best, g->floor, g->gain};

	table_text(t, g->label);
	table_int(t, g->n);
	for (int i = 0; i < (has->floors ? 7 : 5); i++)
		add_real(t, v[i], has->digits);
	if (c->select) {
		add_real(t, g->selected, digits_of(c->select_unit, human));
		table_int(t, g->tried);
	}
	if (!c->by_recipe && c->select)
		table_text(t, g->recipe && *g->recipe ? g->recipe : NULL);
	else if (!c->by_recipe)
		table_int(t, g->cells);
	if (has->datasets)
		table_text(t, g->dataset);
	if (has->lost) {
		table_int(t, g->collapsed);
		table_int(t, g->pruned);
	}
	if (has->hash)
		table_text(t, g->name);
}

struct table *compare_groups(const struct compare *c, int human)
{
	const struct columns has = {.digits = digits_of(c->unit, human),
				    .floors = !human || has_floors(c),
				    .datasets = !c->across && (!human || c->n_datasets > 1),
				    .lost = !human || has_lost(c),
				    .hash = !human && c->by_recipe};
	struct table *t = table_new();

	add_columns(t, c, &has);
	for (int i = 0; i < c->n_groups; i++)
		add_group(t, c, &has, &c->group[i], human);
	return t;
}

static const char *test_name(const struct compare *c, const struct compare_pair *p)
{
	if (c->ranks)
		return p->paired ? "Wilcoxon signed-rank" : "Mann-Whitney";
	return p->paired ? "sign-flip permutation" : "permutation";
}

static const char *how_name(enum stats_how how)
{
	return how == STATS_EXACT ? "exact" : how == STATS_SEEDED ? "seeded" : "normal";
}

struct table *compare_pairs(const struct compare *c, int human)
{
	static const struct {
		const char *name;
		int minor;
	} column[] = {{"a", 0},      {"b", 0},       {"n", 0},      {"difference", 0},
		      {"ci_low", 0}, {"ci_high", 0}, {"effect", 1}, {"effect_size", 1},
		      {"p", 0},      {"p_holm", 0},  {"test", 1},   {"by", 1}};
	struct table *t = table_new();
	int digits = digits_of(c->unit, human), p_digits = human ? 4 : TABLE_SHORTEST;

	for (size_t i = 0; i < sizeof column / sizeof *column; i++) {
		table_column(t, column[i].name);
		if (column[i].minor)
			table_minor(t);
	}
	for (int i = 0; i < c->n_pairs; i++) {
		const struct compare_pair *p = &c->pair[i];
		char n[48];

		snprintf(n, sizeof n, p->paired ? "%d seeds" : "%d + %d", p->n, p->m);
		table_text(t, c->group[p->a].title);
		table_text(t, c->group[p->b].title);
		table_text(t, n);
		add_real(t, p->difference, digits);
		add_real(t, p->ci.low, digits);
		add_real(t, p->ci.high, digits);
		table_text(t, p->paired ? "Cohen's d" : "Cliff's delta");
		add_real(t, p->effect, human ? 2 : TABLE_SHORTEST);
		add_real(t, p->test.p, p_digits);
		add_real(t, p->p_holm, p_digits);
		table_text(t, test_name(c, p));
		table_text(t, how_name(p->test.how));
	}
	return t;
}
