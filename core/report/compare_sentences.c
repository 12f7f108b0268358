/* The sentences of a comparison. Their order: the best group; significant pairs; pairs without a
 * significant difference; pairs with too few seeds to ever be significant; then how to read the
 * intervals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/report/compare_print.h"
#include "core/report/human.h"
#include "core/stats/floor.h"

enum {
	NAMED = 3,   /* pairs that are named one by one; of more only the number is printed */
	LISTED = 12, /* groups in a list of those that one group is better than */
};
static const double alpha = 0.05;

static const char *name_of(const struct compare *c, int group)
{
	return c->group[group].title;
}

static int is_significant(const struct compare_pair *p)
{
	return p->p_holm <= alpha;
}

static int count_significant(const struct compare *c)
{
	int n = 0;

	for (int i = 0; i < c->n_pairs; i++)
		n += is_significant(&c->pair[i]);
	return n;
}

/* Holm's factor for the smallest p that is not significant. */
static int holm_factor(const struct compare *c)
{
	return c->n_pairs - count_significant(c);
}

int compare_is_too_few(const struct compare *c, const struct compare_pair *p)
{
	return !is_significant(p) && holm_factor(c) * p->p_least > alpha;
}

static int is_not_significant(const struct compare *c, const struct compare_pair *p)
{
	return !is_significant(p) && !compare_is_too_few(c, p);
}

static int is_equal(const struct compare *c, const struct compare_pair *p)
{
	(void)c;
	return p->equal;
}

typedef int pair_test(const struct compare *c, const struct compare_pair *p);

static int count(const struct compare *c, pair_test *is)
{
	int n = 0;

	for (int i = 0; i < c->n_pairs; i++)
		n += is(c, &c->pair[i]);
	return n;
}

static void add_value(const struct compare *c, double v, struct strbuf *out)
{
	human_metric(v, c->unit, 0, out);
}

/* The group that is in every one of these pairs, -1 if none is. */
static int common_group(const struct compare *c, pair_test *is, int n)
{
	for (int g = 0; g < c->n_groups; g++) {
		int with = 0;

		for (int i = 0; i < c->n_pairs; i++)
			with += is(c, &c->pair[i]) && (c->pair[i].a == g || c->pair[i].b == g);
		if (with == n)
			return g;
	}
	return -1;
}

/* "a and b", "a and b, a and c", "All 28 pairs", "7 of 28 pairs (all with a)". */
static void add_pairs(const struct compare *c, pair_test *is, struct strbuf *out)
{
	int n = count(c, is), common, named = 0;

	if (n <= NAMED) {
		for (int i = 0; i < c->n_pairs; i++)
			if (is(c, &c->pair[i]))
				strbuf_addf(out, "%s%s and %s", named++ ? ", " : "",
					    name_of(c, c->pair[i].a), name_of(c, c->pair[i].b));
		return;
	}
	if (n == c->n_pairs) {
		strbuf_addf(out, "All %d pairs", n);
		return;
	}
	strbuf_addf(out, "%d of %d pairs", n, c->n_pairs);
	common = common_group(c, is, n);
	if (common >= 0)
		strbuf_addf(out, " (all with %s)", name_of(c, common));
}

/* ---- significant differences ---- */

/* The better group of the pair. Without a goal none is better: the first. */
static int better_group(const struct compare *c, const struct compare_pair *p)
{
	if (!strcmp(c->goal, "none"))
		return p->a;
	return (p->difference > 0) == !strcmp(c->goal, "max") ? p->a : p->b;
}

static int count_wins(const struct compare *c, int group)
{
	int n = 0;

	for (int i = 0; i < c->n_pairs; i++)
		n += is_significant(&c->pair[i]) && better_group(c, &c->pair[i]) == group;
	return n;
}

/* "vicreg is better in knn.top1 than barlow by 3.10 (p_holm = 0.031), byol by ...". */
static void add_wins(const struct compare *c, int group, struct strbuf *out)
{
	int n = count_wins(c, group), none = !strcmp(c->goal, "none"), named = 0;

	if (!n)
		return;
	strbuf_addf(out, none ? "%s differs in %s from " : "%s is better in %s than ",
		    name_of(c, group), c->metric);
	for (int i = 0; i < c->n_pairs && named < LISTED; i++) {
		const struct compare_pair *p = &c->pair[i];

		if (!is_significant(p) || better_group(c, p) != group)
			continue;
		strbuf_addf(out, "%s%s by ", named++ ? ", " : "",
			    name_of(c, p->a == group ? p->b : p->a));
		add_value(c, fabs(p->difference), out);
		strbuf_addf(out, " (%s = %.2g)", c->n_pairs > 1 ? "p_holm" : "p", p->p_holm);
	}
	if (n > named)
		strbuf_addf(out, " and %d more", n - named);
	strbuf_adds(out, ".\n");
}

/* Orders the groups that have a mean from the best to the worst, or, without a goal, as they are.
 * Returns their number. */
static int order_by_mean(const struct compare *c, int *order)
{
	double sign = !strcmp(c->goal, "max") ? 1 : !strcmp(c->goal, "min") ? -1 : 0;
	int n = 0;

	for (int i = 0; i < c->n_groups; i++) {
		int at = n;

		if (!c->group[i].n)
			continue;
		for (; at && sign * c->group[i].mean > sign * c->group[order[at - 1]].mean; at--)
			order[at] = order[at - 1];
		order[at] = i;
		n++;
	}
	return n;
}

static void add_best(const struct compare *c, int best, int others, struct strbuf *out)
{
	int wins = count_wins(c, best), equals = -1;

	for (int i = 0; i < c->n_groups; i++)
		equals += c->group[i].mean == c->group[best].mean;
	strbuf_addf(out, "%s has the best mean of %s, ", name_of(c, best), c->metric);
	add_value(c, c->group[best].mean, out);
	if (equals)
		strbuf_addf(out, ", as %d other%s", equals, equals > 1 ? "s have" : " has");
	if (count(c, compare_is_too_few) == c->n_pairs) {
		strbuf_adds(out, ".\n");
		return;
	}
	if (!wins)
		strbuf_addf(out, "; it is not significantly better than any of the %d other groups",
			    others);
	else if (wins == others)
		strbuf_addf(out, "; it is significantly better than all %d other groups", others);
	else
		strbuf_addf(out, "; it is significantly better than %d of the %d other groups",
			    wins, others);
	strbuf_adds(out, " (at 0.05, after Holm's correction).\n");
}

static void add_significant(const struct compare *c, struct strbuf *out)
{
	int *order = xcalloc((size_t)c->n_groups + 1, sizeof *order), n;

	n = order_by_mean(c, order);
	if (n > 2 && strcmp(c->goal, "none") && (c->n_datasets == 1 || c->across))
		add_best(c, order[0], n - 1, out);
	for (int i = 0; i < n; i++)
		add_wins(c, order[i], out);
	free(order);
}

/* ---- pairs without a significant difference ---- */

static void add_not_significant(const struct compare *c, struct strbuf *out)
{
	if (!count(c, is_not_significant))
		return;
	add_pairs(c, is_not_significant, out);
	strbuf_addf(out, ": no significant difference at 0.05%s.\n",
		    c->n_pairs > 1 ? " (after Holm's correction)" : "");
}

static void add_equal(const struct compare *c, struct strbuf *out)
{
	int n = count(c, is_equal);

	if (!n)
		return;
	add_pairs(c, is_equal, out);
	strbuf_adds(out, ": the difference is the same for every common seed");
	for (int i = 0; n == 1 && i < c->n_pairs; i++)
		if (c->pair[i].equal)
			strbuf_addf(out, " (%.4g)", c->pair[i].difference);
	strbuf_adds(out, ", so Cohen's d is undefined.\n");
}

/* The smallest p with n common seeds, or with n runs of each. */
static double least_p(int n, int paired)
{
	double ways = 1;

	if (paired)
		return ldexp(1, 1 - n);
	for (int i = 1; i <= n; i++)
		ways = ways * (n + i) / i;
	return ways > 2 ? 2 / ways : 1;
}

static int values_needed(int comparisons, int paired)
{
	int n = 2;

	while (n < 64 && comparisons * least_p(n, paired) > alpha)
		n++;
	return n;
}

/* One sentence for all such pairs, with the numbers of the pair that has the most values. */
static void add_too_few(const struct compare *c, struct strbuf *out)
{
	const struct compare_pair *most = NULL;
	const char *unit;
	int alike = 1, k = holm_factor(c);

	for (int i = 0; i < c->n_pairs; i++) {
		const struct compare_pair *p = &c->pair[i];

		if (!compare_is_too_few(c, p))
			continue;
		alike &= !most || p->p_least == most->p_least;
		if (!most || p->p_least < most->p_least)
			most = p;
	}
	if (!most)
		return;
	unit = most->paired ? "common seeds" : "runs of each";
	add_pairs(c, compare_is_too_few, out);
	strbuf_addf(out, ": too few %s for a significant difference: with %s%d ",
		    most->paired ? "seeds" : "runs", alike ? "" : "at most ", most->n);
	if (!most->paired)
		strbuf_addf(out, "and %d ", most->m);
	strbuf_addf(out, "%s p is at least %.2g", most->paired ? unit : "runs", most->p_least);
	if (k > 1)
		strbuf_addf(out, ", and %.2g after Holm's correction for %s%d comparisons%s",
			    fmin(1, most->p_least * k), k < c->n_pairs ? "the " : "", k,
			    k < c->n_pairs ? " that are left" : "");
	strbuf_addf(out, "; with %d %s a difference can be significant at 0.05",
		    values_needed(k, most->paired), unit);
	if (c->n_groups > 2 && values_needed(1, most->paired) < values_needed(k, most->paired))
		strbuf_addf(out, " (with %d, if only two groups are compared)",
			    values_needed(1, most->paired));
	strbuf_adds(out, ".\n");
}

/* What the intervals are, and what they assume if there are few values. */
static void add_intervals(const struct compare *c, struct strbuf *out)
{
	int least = 0;

	for (int i = 0; i < c->n_groups; i++)
		if (c->group[i].n > 1 && (!least || c->group[i].n < least))
			least = c->group[i].n;
	if (!least)
		return;
	strbuf_adds(out, "ci_low to ci_high: 95 % interval of the mean (Student's t)");
	if (least < 6)
		strbuf_addf(
		    out, "; with %d values it assumes that they are normally distributed%s", least,
		    c->n_pairs ? ", so an interval without 0 does not prove a difference" : "");
	strbuf_adds(out, ".\n");
}

/* How --select chose, if there was a choice. */
static void add_selection(const struct compare *c, struct strbuf *out)
{
	int tried = 0;

	for (int i = 0; i < c->n_groups; i++)
		tried = c->group[i].tried > tried ? c->group[i].tried : tried;
	if (tried < 2)
		return;
	if (!strcmp(c->select, c->metric))
		strbuf_addf(out,
			    "The recipe of each %s was chosen by %s, which is also compared: such "
			    "values are too optimistic.\n",
			    c->by, c->metric);
	else
		strbuf_addf(
		    out,
		    "The recipe of each %s was chosen by %s; %s was then read once, for that "
		    "recipe.\n",
		    c->by, c->select, c->metric);
}

/* The groups whose gain over the untrained encoder is not positive. */
static void add_floor(const struct compare *c, struct strbuf *out)
{
	double *gain = xmalloc((size_t)(c->n_groups + 1) * sizeof *gain);
	size_t before = out->len;
	int below = 0;

	for (int i = 0; i < c->n_groups; i++)
		gain[i] = c->group[i].gain;
	floor_warn(gain, c->n_groups, "group", out);
	for (int i = 0; i < c->n_groups && out->len == before; i++)
		below += gain[i] <= 0;
	for (int i = 0, named = 0; below && i < c->n_groups; i++)
		if (gain[i] <= 0)
			strbuf_addf(
			    out, "%s%s",
			    named++ ? ", " : "Not above the untrained encoder: ", name_of(c, i));
	strbuf_adds(out, below ? ".\n" : "");
	free(gain);
}

void compare_sentences(const struct compare *c, struct strbuf *out)
{
	if (c->differ) {
		strbuf_adds(out,
			    "No verdict: the values of the groups measure different things.\n");
		strbuf_adds(out, c->notes.buf);
		return;
	}
	add_floor(c, out);
	add_significant(c, out);
	add_not_significant(c, out);
	add_too_few(c, out);
	add_equal(c, out);
	add_intervals(c, out);
	if (c->select)
		add_selection(c, out);
	strbuf_adds(out, c->notes.buf);
}
