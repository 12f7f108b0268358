/* Makes a comparison. core/report/compare_print.h prints it. */
#include "core/stats/compare.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/stats/floor.h"
#include "core/stats/groups.h"
#include "core/store/metric_kinds.h"
#include "core/store/query/metric_caveats.h"

enum { SEED = 1, GROUPS_MAX = 60 };
static const double level = 0.95;

/* ---- which runs count ---- */

static void note_count(struct strbuf *notes, int n, const char *why)
{
	if (n)
		strbuf_addf(notes, "%d run%s left out: %s.\n", n, n == 1 ? "" : "s", why);
}

/* How a run enters the comparison. */
enum fate { LEFT_OUT, COUNTS, COLLAPSED, PRUNED };

/* Runs that a user named one by one count whatever their status is. */
static enum fate fate_of(const struct value_row *r, int named)
{
	if (named || !strcmp(r->status, "done"))
		return COUNTS;
	if (!strcmp(r->status, "collapsed"))
		return COLLAPSED;
	return !strcmp(r->status, "pruned") ? PRUNED : LEFT_OUT;
}

/* Sets the fate of each row, and notes how many runs are left out and why. */
static void choose_fates(struct compare *c, const struct compare_query *q, char *fate)
{
	const struct values *v = &c->values;
	int undone = 0, ungrouped = 0, unmeasured = 0, repeated = 0, n[PRUNED + 1] = {0};
	int named = 0;

	for (int i = 0; i < v->n; i++) {
		const struct value_row *r = &v->row[i];

		fate[i] = (char)fate_of(r, q->named);
		if (!fate[i])
			undone++;
		else if (!r->group)
			ungrouped++;
		else if (fate[i] == COUNTS &&
			 (isnan(r->value) || (q->values.select && isnan(r->select))))
			unmeasured++;
		else if (!q->named && r->repeated)
			repeated++;
		else {
			named += q->named && strcmp(r->status, "done") != 0;
			n[(int)fate[i]]++;
			continue;
		}
		fate[i] = LEFT_OUT;
	}
	if (named)
		strbuf_addf(&c->notes, "%d run%s that did not finish count%s, because %s named.\n",
			    named, named == 1 ? "" : "s", named == 1 ? "s" : "",
			    named == 1 ? "it was" : "they were");
	note_count(&c->notes, n[COLLAPSED], "collapsed: counted in the group, but in no mean");
	note_count(&c->notes, n[PRUNED], "pruned: counted in the group, but in no mean");
	note_count(&c->notes, undone, "not finished (running, failed or stopped)");
	note_count(&c->notes, ungrouped, "without a value of the key that groups");
	note_count(&c->notes, unmeasured, "without a finite value of the metric");
	note_count(&c->notes, repeated, "the same recipe and seed was run again later");
}

/* ---- groups ---- */

/* Numbers by size; other text by its bytes. */
static int key_order(const char *a, const char *b)
{
	char *ea, *eb;
	double x = strtod(a, &ea), y = strtod(b, &eb);
	int numbers = *a && *b && !*ea && !*eb;

	if (numbers && x != y)
		return x < y ? -1 : 1;
	return strcmp(a, b);
}

static int dataset_order(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int name_order(const void *a, const void *b)
{
	const struct compare_group *p = a, *q = b;

	return p->place != q->place ? p->place - q->place : key_order(p->name, q->name);
}

/* By dataset, then by the value of the key. */
static int group_order(const void *a, const void *b)
{
	int order = dataset_order(((const struct compare_group *)a)->dataset,
				  ((const struct compare_group *)b)->dataset);

	return order ? order : name_order(a, b);
}

static int is_of_group(const struct value_row *r, const struct compare_group *g)
{
	return !dataset_order(r->dataset, g->dataset) && !strcmp(r->group, g->name);
}

static void add_group(struct compare *c, const struct value_row *r)
{
	for (int i = 0; i < c->n_groups; i++)
		if (is_of_group(r, &c->group[i]))
			return;
	c->group = xrealloc(c->group, ((size_t)c->n_groups + 1) * sizeof *c->group);
	c->group[c->n_groups] = (struct compare_group){.name = r->group,
						       .dataset = r->dataset,
						       .place = c->by_recipe ? c->n_groups : 0,
						       .first = r->id,
						       .selected = NAN};
	c->n_groups++;
}

/* Orders the groups, counts their datasets and gives each its title. */
static void order_groups(struct compare *c)
{
	qsort(c->group, (size_t)c->n_groups, sizeof *c->group, group_order);
	for (int i = 0; i < c->n_groups; i++)
		c->n_datasets += !i || dataset_order(c->group[i].dataset, c->group[i - 1].dataset);
	c->across = !strcmp(c->by, "dataset") || strstr(c->by, "data.set");
	for (int i = 0; i < c->n_groups; i++) {
		struct compare_group *g = &c->group[i];
		struct strbuf title = STRBUF_INIT;

		strbuf_adds(&title, g->label);
		if (c->n_datasets > 1 && !c->across)
			strbuf_addf(&title, " (%s)", g->dataset ? g->dataset : "no dataset");
		g->title = strbuf_detach(&title);
	}
	if (c->across)
		qsort(c->group, (size_t)c->n_groups, sizeof *c->group, name_order);
}

/* Appends the run's value; the arrays double when they are full. */
static void group_add(struct compare_group *g, const struct value_row *r)
{
	if (!(g->n & (g->n - 1))) {
		size_t room = 2 * ((size_t)g->n + 1);

		g->value = xrealloc(g->value, room * sizeof *g->value);
		g->floors = xrealloc(g->floors, room * sizeof *g->floors);
		g->seed = xrealloc(g->seed, room * sizeof *g->seed);
		g->id = xrealloc(g->id, room * sizeof *g->id);
	}
	g->value[g->n] = r->value;
	g->floors[g->n] = r->floor;
	g->seed[g->n] = r->seed;
	g->id[g->n++] = r->id;
}

static int cell_order(const void *a, const void *b)
{
	const struct value_row *const *p = a, *const *q = b;
	int order = strcmp((*p)->cell, (*q)->cell);

	return order ? order : ((*p)->id > (*q)->id) - ((*p)->id < (*q)->id);
}

/* The rows of the group that count, in the order of their cells. The caller frees the array. */
static const struct value_row **rows_of(const struct compare *c, const char *fate,
					const struct compare_group *g, int *n)
{
	const struct value_row **row = xmalloc((size_t)(c->values.n + 1) * sizeof *row);

	*n = 0;
	for (int i = 0; i < c->values.n; i++)
		if (fate[i] == COUNTS && is_of_group(&c->values.row[i], g))
			row[(*n)++] = &c->values.row[i];
	qsort(row, (size_t)*n, sizeof *row, cell_order);
	return row;
}

/* Where the cell that starts at `from` ends. */
static int cell_end(const struct value_row **row, int n, int from)
{
	int to = from + 1;

	while (to < n && !strcmp(row[to]->cell, row[from]->cell))
		to++;
	return to;
}

/* The first row of the cell with the best mean of the metric of --select; of equal cells the first.
 */
static int best_cell(const struct compare *c, const struct value_row **row, int n,
		     struct compare_group *g)
{
	int best = 0, min = !strcmp(c->values.select_goal, "min");

	for (int i = 0, to; i < n; i = to) {
		double sum = 0, mean;

		to = cell_end(row, n, i);
		for (int k = i; k < to; k++)
			sum += row[k]->select;
		mean = sum / (to - i);
		g->tried++;
		if (isnan(g->selected) || (min ? mean < g->selected : mean > g->selected)) {
			g->selected = mean;
			best = i;
		}
	}
	return best;
}

static int describe_recipe(struct store *s, const struct value_row **row, int n, int chosen,
			   struct compare_group *g, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int64_t *id = xmalloc((size_t)n * sizeof *id);
	int ret, cells = 0;

	for (int i = 0; i < n; i = cell_end(row, n, i))
		id[cells++] = row[i]->id;
	ret = query_varied(s, id, cells, row[chosen]->id, &text, err);
	free(id);
	g->recipe = strbuf_detach(&text);
	return ret;
}

static void count_lost(const struct compare *c, const char *fate, struct compare_group *g)
{
	for (int i = 0; i < c->values.n; i++) {
		if (fate[i] <= COUNTS || !is_of_group(&c->values.row[i], g))
			continue;
		g->collapsed += fate[i] == COLLAPSED;
		g->pruned += fate[i] == PRUNED;
	}
}

static int fill_group(struct store *s, struct compare *c, const char *fate, struct compare_group *g,
		      struct error *err)
{
	int n, from = 0, to, ret = 0;
	const struct value_row **row = rows_of(c, fate, g, &n);

	count_lost(c, fate, g);
	to = n;
	if (c->select && n) {
		from = best_cell(c, row, n, g);
		to = cell_end(row, n, from);
		ret = describe_recipe(s, row, n, from, g, err);
	}
	for (int i = from; i < to; i++) {
		group_add(g, row[i]);
		g->cells += i == from || strcmp(row[i]->cell, row[i - 1]->cell);
	}
	free(row);
	return ret;
}

static int seed_order(const void *a, const void *b)
{
	const struct compare_seed *p = a, *q = b;

	return (p->seed > q->seed) - (p->seed < q->seed);
}

/* The mean over the runs of each seed, by seed. */
static void average_seeds(struct compare_group *g)
{
	int n = 0;

	g->by_seed = xmalloc(((size_t)g->n + 1) * sizeof *g->by_seed);
	for (int i = 0; i < g->n; i++)
		g->by_seed[i] = (struct compare_seed){g->seed[i], g->value[i], 1};
	qsort(g->by_seed, (size_t)g->n, sizeof *g->by_seed, seed_order);
	for (int i = 0; i < g->n; i++) {
		if (n && g->by_seed[n - 1].seed == g->by_seed[i].seed) {
			g->by_seed[n - 1].mean += g->by_seed[i].mean;
			g->by_seed[n - 1].n++;
		} else {
			g->by_seed[n++] = g->by_seed[i];
		}
	}
	for (int i = 0; i < n; i++)
		g->by_seed[i].mean /= g->by_seed[i].n;
	g->n_seeds = n;
}

static double mean_of_finite(const double *x, int n)
{
	return moments_of(x, n).mean;
}

static void describe(struct compare *c, struct compare_group *g)
{
	int max = !strcmp(c->goal, "max");

	g->mean = stats_mean(g->value, g->n);
	g->sd = stats_sd(g->value, g->n);
	g->ci = stats_t_interval(g->value, g->n, level);
	g->floor = mean_of_finite(g->floors, g->n);
	g->gain = floor_gain(g->value, g->floors, NULL, g->n);
	average_seeds(g);
	g->best = strcmp(c->goal, "none") ? stats_quantile(g->value, g->n, max ? 1 : 0) : NAN;
}

static int make_groups(struct store *s, struct compare *c, const char *fate, struct error *err)
{
	int counted = 0;

	for (int i = 0; i < c->values.n; i++) {
		counted += fate[i] == COUNTS;
		if (fate[i])
			add_group(c, &c->values.row[i]);
	}
	if (!counted)
		return error_set(err, ERR_NOT_FOUND,
				 "compare: no finished run has %s: nothing to compare", c->metric);
	if (c->n_groups > GROUPS_MAX)
		return error_set(err, ERR_USAGE,
				 "--by: %s: %d groups are more than the %d that can be compared",
				 c->by, c->n_groups, GROUPS_MAX);
	if (compare_label(s, c, err))
		return -1;
	order_groups(c);
	for (int i = 0; i < c->n_groups; i++) {
		if (fill_group(s, c, fate, &c->group[i], err))
			return -1;
		describe(c, &c->group[i]);
	}
	return 0;
}

/* ---- pairs of groups ---- */

/* a - b for each seed that both groups have. *scale becomes the largest absolute value among them.
 */
static int seed_differences(const struct compare_group *a, const struct compare_group *b, double *d,
			    double *scale)
{
	int n = 0;

	for (int i = 0, k = 0; i < a->n_seeds; i++) {
		while (k < b->n_seeds && b->by_seed[k].seed < a->by_seed[i].seed)
			k++;
		if (k == b->n_seeds || b->by_seed[k].seed != a->by_seed[i].seed)
			continue;
		d[n++] = a->by_seed[i].mean - b->by_seed[k].mean;
		*scale = fmax(*scale, fmax(fabs(a->by_seed[i].mean), fabs(b->by_seed[k].mean)));
	}
	return n;
}

static void pair_by_seed(struct compare_pair *p, const double *d, int n, double scale, int ranks)
{
	p->paired = 1;
	p->n = n;
	p->difference = stats_mean(d, n);
	p->ci = stats_t_interval(d, n, level);
	p->equal = stats_equal(d, n, scale);
	p->effect = p->equal ? NAN : stats_cohen_paired(d, n);
	p->test = ranks ? stats_wilcoxon(d, n) : stats_sign_flip(d, n, SEED);
	p->p_least = ldexp(1, 1 - n);
}

static void pair_apart(struct compare_pair *p, const struct compare_group *a,
		       const struct compare_group *b, int ranks)
{
	double ways = 1;

	p->n = a->n;
	p->m = b->n;
	p->difference = a->mean - b->mean;
	p->ci = (struct interval){NAN, NAN};
	p->effect = stats_cliff_delta(a->value, a->n, b->value, b->n);
	p->test = ranks ? stats_mann_whitney(a->value, a->n, b->value, b->n)
			: stats_permutation(a->value, a->n, b->value, b->n, SEED);
	for (int i = 1; i <= a->n && ways < 1e9; i++)
		ways = ways * (b->n + i) / i;
	p->p_least = ways > 2 ? 2 / ways : 1;
}

static void make_pair(const struct compare *c, int i, int j, int unpaired, struct compare_pair *out)
{
	const struct compare_group *a = &c->group[i], *b = &c->group[j];
	double *d = xmalloc((size_t)a->n * sizeof *d), scale = 0;
	int n = unpaired ? 0 : seed_differences(a, b, d, &scale);

	out->a = i;
	out->b = j;
	if (n >= 2)
		pair_by_seed(out, d, n, scale, c->ranks);
	else
		pair_apart(out, a, b, c->ranks);
	free(d);
}

/* Every pair of groups on the same data. */
static void make_pairs(struct compare *c, int unpaired)
{
	size_t most = (size_t)c->n_groups * (size_t)(c->n_groups - 1) / 2;
	double *p = xcalloc(most + 1, sizeof *p);

	c->pair = xcalloc(most + 1, sizeof *c->pair);
	for (int i = 0; i < c->n_groups; i++)
		for (int j = i + 1; j < c->n_groups; j++) {
			if (!c->group[i].n || !c->group[j].n ||
			    (!c->across && dataset_order(c->group[i].dataset, c->group[j].dataset)))
				continue;
			make_pair(c, i, j, unpaired, &c->pair[c->n_pairs]);
			p[c->n_pairs] = c->pair[c->n_pairs].test.p;
			c->n_pairs++;
		}
	stats_holm(p, c->n_pairs);
	for (int k = 0; k < c->n_pairs; k++)
		c->pair[k].p_holm = p[k];
	free(p);
}

/* ---- the whole ---- */

/* Notes why this metric was chosen, and what its values lack. */
static int note_values(struct store *s, struct compare *c, const struct compare_query *q,
		       struct error *err)
{
	const char *name = c->values.metric, *why = c->values.why;
	int64_t *id = xmalloc(((size_t)c->values.n + 1) * sizeof *id);
	int n = 0, complete = 1, ret;

	for (int i = 0; i < c->values.n; i++) {
		if (!q->named && strcmp(c->values.row[i].status, "done") != 0)
			continue;
		complete = complete && !isnan(c->values.row[i].value);
		id[n++] = c->values.row[i].id;
	}
	if (c->values.why[0])
		strbuf_addf(&c->notes, "%c%s%s.\n",
			    q->values.metric ? *why : toupper((unsigned char)*why), why + 1,
			    q->values.metric ? "" : "; --metric chooses another");
	ret = metric_has_caveats(s, name, complete, err);
	if (ret > 0)
		ret = metric_caveats(s, name, id, n, &c->notes, &c->differ, err);
	free(id);
	return ret;
}

int compare_make(struct store *s, const struct compare_query *q, struct compare **out,
		 struct error *err)
{
	struct compare *c = xcalloc(1, sizeof *c);
	char *fate = NULL;
	int ret;

	c->notes = (struct strbuf)STRBUF_INIT;
	c->by = q->values.by;
	c->by_recipe = !strcmp(c->by, BY_RECIPE);
	c->metric = q->values.metric;
	c->select = q->values.select;
	c->ranks = q->ranks;
	ret = query_values(s, &q->values, &c->values, err);
	if (!ret) {
		if (!c->metric)
			c->metric = c->values.metric;
		c->goal = c->values.goal;
		c->unit = metric_kind(c->values.metric)->unit;
		c->select_unit = c->select ? metric_kind(c->select)->unit : "";
		fate = xcalloc((size_t)c->values.n + 1, 1);
		choose_fates(c, q, fate);
		ret = note_values(s, c, q, err) || make_groups(s, c, fate, err) ? -1 : 0;
	}
	if (!ret && c->select && !strcmp(c->values.select_goal, "none"))
		ret = error_set(err, ERR_USAGE,
				"--select: %s: it has no goal, so that none is best", c->select);
	if (!ret)
		ret = compare_notes(s, c, q->values.sweep, err);
	if (!ret) {
		if (!c->differ)
			make_pairs(c, q->unpaired);
		*out = c;
	} else {
		compare_free(c);
	}
	free(fate);
	return ret;
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->n_groups; i++) {
		free(c->group[i].value);
		free(c->group[i].floors);
		free(c->group[i].seed);
		free(c->group[i].id);
		free(c->group[i].by_seed);
		free(c->group[i].recipe);
		free(c->group[i].label);
		free(c->group[i].title);
	}
	free(c->group);
	free(c->pair);
	values_release(&c->values);
	strbuf_release(&c->notes);
	free(c);
}
