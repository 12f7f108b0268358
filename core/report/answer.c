#include "core/report/answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/report/human.h"
#include "core/stats/floor.h"
#include "core/stats/groups.h"

enum { SEED = 1, LONGER = 4 };

struct contest {
	const struct selection *sel;
	const struct group_set *groups;
	const double *value, *floor; /* value: of finished runs only */
	int best, next;              /* the best and the second best group; -1: none */
	int tried;                   /* groups with a value */
};

/* Of groups with equal means the first is taken. */
static void find_best_two(struct contest *c, int low_is_good)
{
	double mean[2] = {NAN, NAN};

	c->best = c->next = -1;
	for (int i = 0; i < c->groups->n; i++) {
		struct moments m = group_moments(&c->groups->group[i], c->value);
		double v = low_is_good ? -m.mean : m.mean;

		if (!m.n)
			continue;
		c->tried++;
		if (c->best < 0 || v > mean[0]) {
			c->next = c->best;
			mean[1] = mean[0];
			c->best = i;
			mean[0] = v;
		} else if (c->next < 0 || v > mean[1]) {
			c->next = i;
			mean[1] = v;
		}
	}
}

/* The finite values of a group with their seeds; returns their number. */
static int values_of(const struct contest *c, int group, double *value, int64_t *seed)
{
	const struct group *g = &c->groups->group[group];
	int n = 0;

	for (int i = 0; i < g->n; i++)
		if (isfinite(c->value[g->run[i]])) {
			value[n] = c->value[g->run[i]];
			seed[n++] = c->sel->run[g->run[i]].seed;
		}
	return n;
}

/* p of the difference between the two groups, paired by seed if they have at least two seeds in
 * common. */
static double p_of_runner_up(const struct contest *c)
{
	size_t room = (size_t)c->sel->n + 1;
	double *a = xcalloc(room, sizeof *a), *b = xcalloc(room, sizeof *b);
	double *d = xcalloc(room, sizeof *d), p;
	int64_t *s = xcalloc(room, sizeof *s), *t = xcalloc(room, sizeof *t);
	int n = values_of(c, c->best, a, s), m = values_of(c, c->next, b, t), common = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++)
			if (s[i] == t[k]) {
				d[common++] = a[i] - b[k];
				break;
			}
	p = common >= 2 ? stats_sign_flip(d, common, SEED).p
			: stats_permutation(a, n, b, m, SEED).p;
	free(a);
	free(b);
	free(d);
	free(s);
	free(t);
	return p;
}

static void add_best(const struct contest *c, const struct metric_info *m, struct strbuf *out)
{
	const struct group *g = &c->groups->group[c->best];
	struct moments of = group_moments(g, c->value);
	double gain = floor_gain(c->value, c->floor, g->run, g->n);

	strbuf_addf(out, "Best of %d recipe%s%s by %s: %s\n", c->tried, c->tried == 1 ? "" : "s",
		    c->tried < c->groups->n ? " with finished runs" : "", m->name, g->label);
	strbuf_adds(out, "  mean ");
	human_metric(of.mean, m->unit, 0, out);
	if (of.n > 1) {
		struct interval ci = moments_interval(&of);

		strbuf_adds(out, " +- ");
		human_metric((ci.high - ci.low) / 2, m->unit, 0, out);
		strbuf_adds(out, " (95 % interval)");
	}
	strbuf_addf(out, " over %d seed%s", of.n, of.n == 1 ? "" : "s");
	if (!isnan(gain)) {
		strbuf_adds(out, "; gain over the untrained encoder ");
		human_metric(gain, m->unit, 1, out);
	}
	strbuf_adds(out, "\n");
}

static void add_runner_up(const struct contest *c, const struct metric_info *m, struct strbuf *out)
{
	const struct group *g = &c->groups->group[c->next];
	struct moments of = group_moments(g, c->value);
	double p = p_of_runner_up(c);

	strbuf_addf(out, "  runner-up: %s, mean ", g->label);
	human_metric(of.mean, m->unit, 0, out);
	strbuf_addf(out,
		    p < 0.05 ? ": the best differs from it (p = %.2g, of this pair alone)\n"
			     : ": no significant difference from the best (p = %.2g)\n",
		    p);
}

/* How to train the best recipe longer, by its first finished run in the order of the grid. */
static void add_longer_run(const struct contest *c, struct strbuf *out)
{
	const struct group *g = &c->groups->group[c->best];

	for (int i = 0; i < g->n; i++) {
		const struct selected *r = &c->sel->run[g->run[i]];

		if (isnan(c->value[g->run[i]]) || r->epochs <= 0 || r->epochs > 1000000)
			continue;
		strbuf_addf(out, "  to train it longer: ssl run --like %s --set optim.epochs=%ld\n",
			    r->name, LONGER * r->epochs);
		return;
	}
}

static int is_of_several_datasets(const struct selection *sel)
{
	for (int i = 1; i < sel->n; i++)
		if (sel->run[i].dataset_id != sel->run[0].dataset_id)
			return 1;
	return 0;
}

int answer_text(struct store *s, const struct selection *sel, const struct metric_info *m,
		const double *value, const double *floor, struct strbuf *out, struct error *err)
{
	double *results = xmalloc((size_t)(sel->n + 1) * sizeof *results);
	struct group_set groups = {0};
	struct contest c = {.sel = sel, .groups = &groups, .value = results, .floor = floor};
	int ret = 0;

	if (is_of_several_datasets(sel)) {
		strbuf_adds(out, "No best recipe: the runs are of several datasets.\n");
		goto done;
	}
	memcpy(results, value, (size_t)sel->n * sizeof *results);
	selection_results(sel, results);
	ret = groups_make(s, sel, NULL, &groups, err);
	if (ret)
		goto done;
	find_best_two(&c, m->low_is_good);
	if (c.best < 0)
		goto done;
	add_best(&c, m, out);
	if (c.next >= 0)
		add_runner_up(&c, m, out);
	add_longer_run(&c, out);
done:
	groups_release(&groups);
	free(results);
	return ret ? -1 : 0;
}
