/* A comparison as tables and sentences; see compare.h. */
#include <math.h>
#include <string.h>

#include "core/report/compare.h"

static int digits_of(const char *metric, int human)
{
	if (!human)
		return TABLE_SHORTEST;
	return human_kind_of(metric) == HUMAN_PERCENT ? 2 : TABLE_SIX;
}

static void real(struct table *t, double v, int digits)
{
	if (isnan(v))
		table_null(t);
	else
		table_real(t, v, digits);
}

struct table *compare_groups(const struct compare *c, int human)
{
	static const char *const column[] = {"n", "mean", "sd", "ci_low", "ci_high", "best"};
	struct table *t = table_new();
	int digits = digits_of(c->metric, human);

	table_column(t, c->by);
	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	if (c->select) {
		table_column(t, c->select);
		table_column(t, "chosen_of");
		table_column(t, "recipe");
	} else {
		table_column(t, "recipes");
	}
	for (int i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->group[i];

		table_text(t, g->name);
		table_int(t, g->n);
		real(t, g->mean, digits);
		real(t, g->sd, digits);
		real(t, g->ci.low, digits);
		real(t, g->ci.high, digits);
		real(t, g->best, digits);
		if (!c->select) {
			table_int(t, g->cells);
			continue;
		}
		real(t, g->selected, digits_of(c->select, human));
		table_int(t, g->tried);
		table_text(t, g->recipe && *g->recipe ? g->recipe : NULL);
	}
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
	static const char *const column[] = {"a",      "b",       "n",      "difference",
					     "ci_low", "ci_high", "effect", "effect_size",
					     "p",      "p_holm",  "test",   "by"};
	struct table *t = table_new();
	int digits = digits_of(c->metric, human), p_digits = human ? 4 : TABLE_SHORTEST;

	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		table_column(t, column[i]);
	for (int i = 0; i < c->n_pairs; i++) {
		const struct compare_pair *p = &c->pair[i];
		char n[48];

		snprintf(n, sizeof n, p->paired ? "%d pairs" : "%d + %d", p->n, p->m);
		table_text(t, c->group[p->a].name);
		table_text(t, c->group[p->b].name);
		table_text(t, n);
		real(t, p->difference, digits);
		real(t, p->ci.low, digits);
		real(t, p->ci.high, digits);
		table_text(t, p->paired ? "Cohen's d" : "Cliff's delta");
		real(t, p->effect, human ? 2 : TABLE_SHORTEST);
		real(t, p->test.p, p_digits);
		real(t, p->p_holm, p_digits);
		table_text(t, test_name(c, p));
		table_text(t, how_name(p->test.how));
	}
	return t;
}

static void say_pair(const struct compare *c, const struct compare_pair *p, struct strbuf *out)
{
	const char *a = c->group[p->a].name, *b = c->group[p->b].name;
	int higher = p->difference > 0, min = !strcmp(c->goal, "min");
	double shown = fabs(p->difference);

	if (!strcmp(c->goal, "none"))
		strbuf_addf(out, "%s and %s differ in %s by %.4g (p = %.2g).\n", a, b, c->metric,
			    shown, p->p_holm);
	else
		strbuf_addf(out, "%s is better than %s in %s by %.4g (p = %.2g).\n",
			    higher != min ? a : b, higher != min ? b : a, c->metric, shown,
			    p->p_holm);
}

/* How few values there are: none of the tests could have said anything. */
static void say_too_few(const struct compare *c, const struct compare_pair *p, struct strbuf *out)
{
	int need = 2;

	while (need < 64 && c->n_pairs * ldexp(1, 1 - need) > 0.05)
		need++;
	strbuf_addf(out, "%s and %s: too few values to say anything: ", c->group[p->a].name,
		    c->group[p->b].name);
	if (p->paired)
		strbuf_addf(out, "with %d pairs the smallest p is %.2g", p->n, p->p_least);
	else
		strbuf_addf(out, "with %d and %d runs the smallest p is %.2g", p->n, p->m,
			    p->p_least);
	if (c->n_pairs > 1)
		strbuf_addf(out, ", and %.2g after the correction for %d comparisons",
			    fmin(1, p->p_least * c->n_pairs), c->n_pairs);
	strbuf_addf(out, "; %d common seeds could show a difference at 0.05.\n", need);
}

static void say_equal(const struct compare *c, const struct compare_pair *p, struct strbuf *out)
{
	strbuf_addf(out,
		    "%s and %s: the differences of the %d pairs are all equal (%.4g), so that "
		    "Cohen's d has no value.\n",
		    c->group[p->a].name, c->group[p->b].name, p->n, p->difference);
}

static void say_intervals(const struct compare *c, struct strbuf *out)
{
	int least = 0;

	for (int i = 0; i < c->n_groups; i++)
		if (c->group[i].n > 1 && (!least || c->group[i].n < least))
			least = c->group[i].n;
	if (least && least < 5)
		strbuf_addf(out,
			    "A bootstrap interval of %d values is too narrow: read it as the "
			    "spread of what was seen.\n",
			    least);
}

void compare_sentences(const struct compare *c, struct strbuf *out)
{
	int unclear = 0;

	for (int i = 0; i < c->n_pairs; i++) {
		const struct compare_pair *p = &c->pair[i];

		if (p->equal)
			say_equal(c, p, out);
		if (p->p_holm <= 0.05)
			say_pair(c, p, out);
		else if (c->n_pairs * p->p_least > 0.05)
			say_too_few(c, p, out);
		else
			unclear++;
	}
	if (unclear)
		strbuf_addf(out,
			    "%d of %d differences cannot be told from chance at 0.05 "
			    "(after Holm's correction).\n",
			    unclear, c->n_pairs);
	say_intervals(c, out);
	if (c->select)
		strbuf_addf(out,
			    "%s chose the recipe of each %s; %s was then read once, for that "
			    "recipe.\n",
			    c->select, c->by, c->metric);
	strbuf_adds(out, c->notes.buf);
}
