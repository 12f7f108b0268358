/* A metric by hyperparameters: heatmaps and parallel coordinates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"
#include "core/plot/figures_internal.h"
#include "core/store/query/selection_varied.h"

enum { PARALLEL_AXES = 7, PARALLEL_LINES = 400, HEAT_SIDE = 40 };

/* Adds the parameter's values as categories, numbers in rising order. */
static void add_levels(struct chart *c, int axis, const struct varied *p, int runs)
{
	double last = -INFINITY;

	if (!p->is_number) {
		for (int i = 0; i < runs; i++)
			if (p->text[i])
				chart_category(c, axis, p->text[i]);
		return;
	}
	for (;;) {
		int next = -1;

		for (int i = 0; i < runs; i++)
			if (p->text[i] && p->number[i] > last &&
			    (next < 0 || p->number[i] < p->number[next]))
				next = i;
		if (next < 0)
			return;
		last = p->number[next];
		chart_category(c, axis, p->text[next]);
	}
}

static void fill_cell(struct chart *c, int row, int column, const struct varied *x,
		      const struct varied *y, const double *value, int runs, int *fewest, int *most)
{
	double *in = xmalloc((size_t)(runs + 1) * sizeof *in);
	int n = 0, there = 0;
	struct moments s;

	for (int i = 0; i < runs; i++) {
		if (!x->text[i] || !y->text[i] || strcmp(x->text[i], c->axis[0].category[column]) ||
		    strcmp(y->text[i], c->axis[1].category[row]))
			continue;
		there++;
		if (isfinite(value[i]))
			in[n++] = value[i];
	}
	s = moments_of(in, n);
	c->series[row].y[column] = s.mean;
	c->series[row].lo[column] = s.sd;
	c->series[row].hi[column] = n ? (double)NAN : there;
	if (n) {
		*fewest = *most && *fewest < n ? *fewest : n;
		*most = *most > n ? *most : n;
	}
	free(in);
}

/* The runs that have both hyperparameters. */
static struct selection runs_with_both(const struct selection *sel, const struct varied *x,
				       const struct varied *y)
{
	char *keep = xcalloc((size_t)sel->n + 1, 1);
	struct selection in;

	for (int i = 0; i < sel->n; i++)
		keep[i] = x->text[i] && y->text[i];
	in = selection_part(sel, keep);
	free(keep);
	return in;
}

static int has_lost_cell(const struct chart *c)
{
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->series[i].n; k++)
			if (c->series[i].hi[k] > 0)
				return 1;
	return 0;
}

/* Sets the note: how many runs a cell has, and in what else they differ. */
static int heat_note(struct store *s, const struct selection *sel, const struct varied *x,
		     const struct varied *y, int fewest, int most, struct chart *c,
		     struct error *err)
{
	struct selection in = runs_with_both(sel, x, y);
	struct strbuf note = STRBUF_INIT;
	struct varied_set v;
	int all, others = 0, ret = selection_varied(s, &in, &v, err);

	if (ret)
		goto done;
	all = v.n;
	v.n = groups_varied(&in, &v);
	if (most == 1)
		strbuf_adds(&note, "1 run per cell");
	else if (fewest == most)
		strbuf_addf(&note, "mean over %d runs per cell", most);
	else
		strbuf_addf(&note, "mean over %d to %d runs per cell", fewest, most);
	if (most > 1)
		strbuf_adds(&note, ", \xC2\xB1 1 sd");
	for (int i = 0; i < v.n; i++) {
		const char *name = v.param[i].name;

		if (!strcmp(name, x->name) || !strcmp(name, y->name))
			continue;
		strbuf_adds(&note, others++    ? ", "
				   : most == 1 ? "; cells also differ in "
					       : "; averaged over ");
		strbuf_adds(&note, name);
	}
	strbuf_adds(&note, others && most > 1 ? " too" : "");
	figure_lost(&in, 1, &note);
	if (has_lost_cell(c))
		strbuf_adds(&note, "; \xC3\x97: no run of the cell has a value that counts");
	chart_note(c, note.buf);
	v.n = all;
	varied_release(&v);
done:
	strbuf_release(&note);
	selection_release(&in);
	return ret;
}

/* The standard deviation between the seeds of a recipe, pooled over the recipes. */
static int pooled_sd(struct store *s, const struct selection *sel, const double *value, double *sd,
		     struct error *err)
{
	struct group_set g;
	double sum = 0;
	int freedom = 0;

	if (groups_make(s, sel, NULL, &g, err))
		return -1;
	for (int i = 0; i < g.n; i++) {
		struct moments m = group_moments(&g.group[i], value);

		if (m.n > 1 && isfinite(m.sd)) {
			sum += (m.n - 1) * m.sd * m.sd;
			freedom += m.n - 1;
		}
	}
	*sd = freedom ? sqrt(sum / freedom) : NAN;
	groups_release(&g);
	return 0;
}

static int note_seed_sd(struct store *s, const struct selection *sel, const double *value,
			struct chart *c, struct error *err)
{
	struct strbuf note = STRBUF_INIT;
	char sd[AXIS_LABEL];
	double lo, hi, from, to;

	if (pooled_sd(s, sel, value, &c->seed_sd, err))
		return -1;
	chart_range(c, 0, 0, &lo, &hi);
	chart_heat_range(c, &from, &to);
	snprintf(sd, sizeof sd, "%.2g", c->seed_sd);
	strbuf_adds(&note, c->note);
	if (isnan(c->seed_sd))
		strbuf_adds(&note, "; the standard deviation between seeds is not known: a "
				   "contrast may be chance");
	else
		strbuf_addf(&note, "; standard deviation between seeds: %s", sd);
	if (from < lo)
		strbuf_addf(&note, " (the colours span %d times that, more than the values do)",
			    HEAT_SDS);
	chart_note(c, note.buf);
	strbuf_release(&note);
	return 0;
}

static int fill_heat(struct store *s, const struct selection *sel, const struct metric_info *m,
		     const struct figure *f, const struct varied *x, const struct varied *y,
		     const double *value, struct chart **out, struct error *err)
{
	int fewest = 0, most = 0;
	char name[160], title[500];
	struct chart *c;

	figure_axis_name(m, f->best, name);
	snprintf(title, sizeof title, "%s by %s and %s", m->name, x->name, y->name);
	c = chart_new(CHART_HEAT, f->title ? f->title : title);
	c->low_is_good = m->low_is_good;
	chart_add_axis(c, x->name, 0);
	chart_add_axis(c, y->name, 0);
	chart_add_axis(c, name, 0);
	add_levels(c, 0, x, sel->n);
	add_levels(c, 1, y, sel->n);
	for (int i = 0; i < c->axis[1].n_categories; i++) {
		chart_add_series(c, c->axis[1].category[i], c->axis[0].n_categories);
		for (int k = 0; k < c->axis[0].n_categories; k++)
			fill_cell(c, i, k, x, y, value, sel->n, &fewest, &most);
	}
	if (c->axis[0].n_categories > HEAT_SIDE || c->axis[1].n_categories > HEAT_SIDE) {
		chart_free(c);
		return error_set(
		    err, ERR_USAGE,
		    "heatmap: more than %d values of %s or %s: choose others, or fewer "
		    "runs",
		    HEAT_SIDE, x->name, y->name);
	}
	if (heat_note(s, sel, x, y, fewest, most, c, err) || note_seed_sd(s, sel, value, c, err) ||
	    figure_note_floor(s, sel, m->name, value, c, err)) {
		chart_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

int figure_heatmap(struct store *s, const struct selection *sel, const struct figure *f,
		   struct chart **out, struct error *err)
{
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct varied_set x = {0}, y = {0};
	struct metric_info m;
	char *axis[2] = {NULL, NULL};
	int ret = -1;

	if ((!f->x || !f->y) && figure_axes(s, sel, axis, err) < 0)
		goto done;
	if ((!f->x && !axis[0]) || (!f->y && !axis[1])) {
		error_set(err, ERR_USAGE,
			  "heatmap: fewer than two hyperparameters differ between these runs");
		goto done;
	}
	if (selection_metric(s, sel, f->metric, &m, err) ||
	    (figure_is_split(sel, m.name) && figure_refuse_loss("heatmap", &m, err)) ||
	    selection_values(s, sel, m.name, f->best, value, err) ||
	    selection_param(s, sel, f->x ? f->x : axis[0], &x, err) ||
	    selection_param(s, sel, f->y ? f->y : axis[1], &y, err))
		goto done;
	selection_results(sel, value);
	ret = fill_heat(s, sel, &m, f, &x.param[0], &y.param[0], value, out, err);
done:
	varied_release(&x);
	varied_release(&y);
	free(axis[0]);
	free(axis[1]);
	free(value);
	return ret;
}

int figure_axes(struct store *s, const struct selection *sel, char *axis[2], struct error *err)
{
	struct varied_set v;
	int all, n = 0;

	if (selection_varied(s, sel, &v, err))
		return -1;
	all = v.n;
	v.n = groups_varied(sel, &v);
	for (int k = 0; k < 2; k++) {
		int best = -1;

		for (int i = 0; i < v.n; i++)
			if ((best < 0 || v.param[i].levels > v.param[best].levels) &&
			    (!k || !axis[0] || strcmp(axis[0], v.param[i].name) != 0))
				best = i;
		axis[k] = best < 0 ? NULL : xstrdup(v.param[best].name);
		n += best >= 0;
	}
	v.n = all;
	varied_release(&v);
	return n;
}

/* ---- parallel coordinates ---- */

/* A logarithmic axis for positive values whose largest is at least 20 times the smallest. */
static int wants_log(const struct varied *p, int runs)
{
	double lo = INFINITY, hi = -INFINITY;

	for (int i = 0; i < runs && p->is_number; i++) {
		if (!p->text[i])
			continue;
		lo = fmin(lo, p->number[i]);
		hi = fmax(hi, p->number[i]);
	}
	return lo > 0 && hi >= 20 * lo;
}

static double place(struct chart *c, int axis, const struct varied *p, int run)
{
	if (!p->text[run])
		return NAN;
	return p->is_number ? p->number[run] : chart_category(c, axis, p->text[run]);
}

struct ranked {
	double value;
	int at;
};

static int by_value(const void *a, const void *b)
{
	const struct ranked *p = a, *q = b;

	if (p->value != q->value)
		return p->value < q->value ? -1 : 1;
	return p->at - q->at;
}

/* Of more than PARALLEL_LINES lines as many are drawn, evenly by rank, with the best and the worst.
 */
static char *choose_lines(const double *value, int n)
{
	char *draw = xcalloc((size_t)n + 1, 1);
	struct ranked *r = xmalloc((size_t)(n + 1) * sizeof *r);
	int ranks = 0;

	for (int i = 0; i < n; i++)
		if (isfinite(value[i]))
			r[ranks++] = (struct ranked){value[i], i};
	qsort(r, (size_t)ranks, sizeof *r, by_value);
	for (int i = 0; i < n; i++)
		draw[i] = n <= PARALLEL_LINES;
	for (int i = 0; i < PARALLEL_LINES && ranks && n > PARALLEL_LINES; i++)
		draw[r[(long)i * (ranks - 1) / (PARALLEL_LINES - 1)].at] = 1;
	free(r);
	return draw;
}

/* Adds a line for each recipe. mean[i]: of group i. */
static void fill_parallel(const struct selection *sel, const struct group_set *g,
			  const struct varied_set *v, int methods, const double *mean,
			  struct chart *c)
{
	char *draw = choose_lines(mean, g->n);
	int first = methods > 1;

	for (int i = 0; i < g->n; i++) {
		int run = g->group[i].run[0];
		struct chart_series *line;

		if (!draw[i])
			continue;
		line = chart_add_series(c, g->group[i].label, c->n_axes);
		if (first)
			line->y[0] = chart_category(c, 0, sel->run[run].method);
		for (int k = 0; k < v->n; k++)
			line->y[first + k] = place(c, first + k, &v->param[k], run);
		line->y[c->n_axes - 1] = mean[i];
	}
	free(draw);
}

static void parallel_note(const struct selection *sel, struct chart *c, const struct group_set *g,
			  const double *value)
{
	struct figure_counts count = {0};
	struct strbuf note = STRBUF_INIT;

	for (int i = 0; i < g->n; i++)
		figure_count(&count, group_moments(&g->group[i], value).n);
	strbuf_adds(&note, "a line per recipe, in the colour of the metric: ");
	if (count.most > 1)
		strbuf_adds(&note, "the mean of ");
	figure_counts_text(&count, &note);
	if (c->n < g->n)
		strbuf_addf(&note, "; %d of %d recipes, evenly by rank", c->n, g->n);
	figure_lost(sel, 1, &note);
	chart_note(c, note.buf);
	strbuf_release(&note);
}

static int count_methods(const struct selection *sel)
{
	int n = 0;

	for (int i = 0; i < sel->n; i++) {
		int k = 0;

		while (k < i && strcmp(sel->run[k].method, sel->run[i].method) != 0)
			k++;
		n += k == i;
	}
	return n;
}

/* The axes: the method if there are several, at most seven hyperparameters, and the metric. */
static struct chart *parallel_axes(const struct selection *sel, const struct figure *f,
				   const struct metric_info *m, const struct varied_set *v,
				   int methods)
{
	struct chart *c =
	    chart_new(CHART_PARALLEL, f->title ? f->title : "recipes by hyperparameter");
	char name[160];

	c->low_is_good = m->low_is_good;
	if (methods > 1)
		chart_add_axis(c, "method", 0);
	for (int i = 0; i < v->n; i++)
		chart_add_axis(c, v->param[i].name, wants_log(&v->param[i], sel->n));
	figure_axis_name(m, f->best, name);
	chart_add_axis(c, name, f->log_y);
	return c;
}

static int draw_parallel(struct store *s, const struct selection *sel, const struct figure *f,
			 const struct metric_info *m, const struct varied_set *v,
			 const double *value, struct chart **out, struct error *err)
{
	int methods = count_methods(sel), ret;
	struct chart *c;
	struct group_set g;
	double *mean;

	if (groups_make(s, sel, NULL, &g, err))
		return -1;
	mean = xmalloc((size_t)(g.n + 1) * sizeof *mean);
	for (int i = 0; i < g.n; i++)
		mean[i] = group_moments(&g.group[i], value).mean;
	c = parallel_axes(sel, f, m, v, methods);
	fill_parallel(sel, &g, v, methods, mean, c);
	parallel_note(sel, c, &g, value);
	ret = figure_note_floor(s, sel, m->name, value, c, err);
	if (ret)
		chart_free(c);
	else
		*out = c;
	groups_release(&g);
	free(mean);
	return ret;
}

int figure_parallel(struct store *s, const struct selection *sel, const struct figure *f,
		    struct chart **out, struct error *err)
{
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct varied_set v = {0};
	struct metric_info m;
	int ret = -1, all;

	if (selection_metric(s, sel, f->metric, &m, err) ||
	    (figure_is_split(sel, m.name) && figure_refuse_loss("parallel", &m, err)) ||
	    selection_values(s, sel, m.name, f->best, value, err) ||
	    selection_varied(s, sel, &v, err))
		goto done;
	selection_results(sel, value);
	all = v.n;
	v.n = groups_varied(sel, &v);
	if (v.n > PARALLEL_AXES)
		v.n = PARALLEL_AXES;
	ret = draw_parallel(s, sel, f, &m, &v, value, out, err);
	v.n = all;
done:
	varied_release(&v);
	free(value);
	return ret;
}
