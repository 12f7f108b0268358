/* Curves and bars over groups of runs. */
#include "core/plot/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/figures_internal.h"
#include "core/store/query/series.h"

enum {
	CURVES = 8,
	BARS = 20,
	GREY = 150 /* curves in the background, at most */
};

/* ---- curves ---- */

static int read_metric(struct store *s, const struct selected *r, const char *name,
		       struct series *out, struct error *err)
{
	return series_read(s, r->id, name, out, err);
}

static int is_in_epochs(const struct selection *sel, const struct figure *f)
{
	int trained = 0;

	for (int i = 0; i < sel->n; i++) {
		if (sel->run[i].steps <= 0) /* it is at 0, in epochs and in steps */
			continue;
		if (sel->run[i].epochs <= 0)
			return 0;
		trained = 1;
	}
	return trained && !f->steps;
}

/* Adds the curves of groups in this order: the first ones in colour. */
static int add_curves(struct store *s, const struct selection *sel, const struct figure *f,
		      const struct group_set *g, const int *order, const struct figure_reading *how,
		      struct chart *c, struct figure_counts *count, struct error *err)
{
	int most = f->most ? f->most : CURVES, ret = 0;

	for (int i = 0; i < g->n && i < CURVES + GREY && !ret; i++) {
		const struct group *of = &g->group[order[i]];
		int before = c->n;

		ret = figure_group_curve(s, sel, of, how, c, count, err);
		if (c->n == before)
			continue;
		c->series[before].colour = figure_colour(f, sel, of, i, most);
		if (f->lowest && !before && c->series[before].colour == CHART_GREY)
			c->series[before].colour = CHART_TEXT;
	}
	return ret;
}

static void curve_note(struct chart *c, const struct selection *sel, const struct group_set *g,
		       const struct figure_counts *count, const struct figure *f,
		       const char *metric)
{
	struct strbuf note = STRBUF_INIT;

	figure_counts_text(count, &note);
	if (count->most > 1)
		strbuf_adds(&note, "; mean, and band of \xC2\xB1 1 sd where there are several");
	figure_lost(sel, 0, &note);
	figure_coloured(c, g->n,
			f->colours  ? "the best, and the best of each method:"
			: f->lowest ? "the lowest"
				    : "the best",
			&note);
	if (f->lowest && c->n && c->series[0].colour == CHART_TEXT)
		strbuf_adds(&note, ", and the lowest");
	if (g->n > CURVES + GREY)
		strbuf_addf(&note, ", %d in grey", GREY);
	figure_explain(metric, &note);
	chart_note(c, note.buf);
	strbuf_release(&note);
}

/* Appends the floor to the chart's note. */
static void add_floor_note(struct chart *c, const struct floors *f, const struct group_set *g,
			   const double *value)
{
	struct strbuf note = STRBUF_INIT;

	strbuf_adds(&note, c->note);
	figure_floor(f, g, value, &note);
	chart_note(c, note.buf);
	strbuf_release(&note);
}

static struct chart *titled(enum chart_kind kind, const struct figure *f, const char *made)
{
	return chart_new(kind, f->title ? f->title : made);
}

/* Returns the chart with its axes, but without curves. */
static struct chart *curve_axes(const struct figure *f, const struct metric_info *m, int epochs,
				const struct floors *floors)
{
	char name[160], title[160];
	struct chart *c;

	figure_axis_name(m, 0, name);
	snprintf(title, sizeof title, "%s over training", m->name);
	c = titled(CHART_LINES, f, title);
	c->floor = floors->line;
	chart_add_axis(c, epochs ? "epoch" : "step", f->log_x);
	chart_add_axis(c, name, f->log_y);
	c->axis[1].zero = strstr(m->name, "std") != NULL;
	c->axis[1].percent = !strcmp(m->unit, "%");
	return c;
}

int figure_curve(struct store *s, const struct selection *sel, const struct figure *asked,
		 struct chart **out, struct error *err)
{
	struct figure seen = *asked, *f = &seen;
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct figure_reading how = {read_metric, NULL, is_in_epochs(sel, f)};
	struct figure_counts count = {0};
	struct floors floors = {0};
	struct metric_info m;
	struct group_set g = {0};
	struct chart *c;
	int ret = selection_metric(s, sel, f->metric, &m, err), *order;

	if (!ret && figure_is_split(sel, m.name)) {
		free(value);
		return figure_panels(s, sel, f, &m, figure_curve, out, err);
	}
	ret = ret || groups_make(s, sel, f->by, &g, err) ||
	      selection_values(s, sel, m.name, f->best, value, err) ||
	      floors_read(s, sel, m.name, &floors, err);
	if (ret)
		goto done;
	how.name = m.name;
	f->lowest |= figure_is_collapse(m.name);
	if (!f->lowest)
		selection_order(sel, value);
	c = curve_axes(f, &m, how.epochs, &floors);
	order = groups_by_mean(&g, value, m.low_is_good || f->lowest);
	ret = add_curves(s, sel, f, &g, order, &how, c, &count, err) ||
	      figure_thresholds(s, sel, m.name, c, err);
	free(order);
	curve_note(c, sel, &g, &count, f, m.name);
	add_floor_note(c, &floors, &g, value);
	if (ret)
		chart_free(c);
	else
		*out = c;
done:
	floors_release(&floors);
	groups_release(&g);
	free(value);
	return ret ? -1 : 0;
}

/* ---- bars ---- */

/* counted: the label states the number of runs. */
static void add_bar(struct chart *c, const struct selection *sel, const struct group *g,
		    const double *value, const struct floors *floors, int counted, int colour)
{
	struct moments s = group_moments(g, value);
	struct interval ci = moments_interval(&s);
	struct strbuf label = STRBUF_INIT;
	struct chart_series *bar;

	strbuf_adds(&label, g->label);
	if (counted)
		strbuf_addf(&label, " (n=%d)", s.n);
	bar = chart_add_series(c, label.buf, 1 + (g->n > 1 ? g->n : 0));
	strbuf_clear(&label);
	figure_lost_runs(sel, g->run, g->n, 1, "", &label);
	bar->lost = label.len && !s.n ? xstrdup(label.buf) : NULL;
	strbuf_release(&label);
	bar->colour = colour;
	bar->gain = floor_gain(value, floors->value, g->run, g->n);
	bar->y[0] = s.mean;
	bar->lo[0] = ci.low;
	bar->hi[0] = ci.high;
	for (int i = 1; i < bar->n; i++)
		bar->y[i] = value[g->run[i - 1]];
}

int figure_bars(struct store *s, const struct selection *sel, const struct figure *f,
		struct chart **out, struct error *err)
{
	int most = f->most ? f->most : BARS, ret, *order;
	int by_recipe = !f->by || strcmp(f->by, "run") != 0; /* else each run by itself */
	struct figure_counts count = {0};
	struct floors floors = {0};
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct strbuf note = STRBUF_INIT;
	struct metric_info m;
	struct group_set g = {0};
	char name[160];

	ret = selection_metric(s, sel, f->metric, &m, err);
	if (!ret && figure_is_split(sel, m.name)) {
		ret = figure_panels(s, sel, f, &m, figure_bars, out, err);
		goto done;
	}
	ret = ret || groups_make(s, sel, f->by, &g, err) ||
	      selection_values(s, sel, m.name, f->best, value, err) ||
	      floors_read(s, sel, m.name, &floors, err);
	if (ret)
		goto done;
	if (by_recipe)
		selection_results(sel, value);
	figure_axis_name(&m, f->best, name);
	*out = titled(CHART_BARS, f, name);
	chart_add_axis(*out, name, 0);
	(*out)->axis[0].zero = 1;
	(*out)->axis[0].percent = !strcmp(m.unit, "%");
	(*out)->floor = floors.line;
	order = groups_by_mean(&g, value, m.low_is_good);
	for (int i = 0; i < g.n; i++)
		figure_count(&count, group_moments(&g.group[i], value).n);
	for (int i = 0; i < g.n && i < most; i++)
		add_bar(*out, sel, &g.group[order[i]], value, &floors, count.least != count.most,
			figure_colour(f, sel, &g.group[order[i]], i, PALETTE));
	free(order);
	figure_counts_text(&count, &note);
	if (count.most > 1)
		strbuf_adds(
		    &note,
		    "; whiskers: 95 % interval of the mean (Student's t); dots: single runs");
	figure_floor(&floors, &g, value, &note);
	if (by_recipe)
		figure_lost(sel, 1, &note);
	if (chart_cuts_intervals(*out))
		strbuf_adds(&note, "; a whisker without an end bar extends beyond the picture");
	if (g.n > most)
		strbuf_addf(&note, "; the best %d of %d", most, g.n);
	figure_explain(m.name, &note);
	chart_note(*out, note.buf);
done:
	strbuf_release(&note);
	floors_release(&floors);
	groups_release(&g);
	free(value);
	return ret ? -1 : 0;
}
