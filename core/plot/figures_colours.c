/* The colours of groups, and panels for metrics that share no axis. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/figures_internal.h"
#include "core/store/query/metric_caveats.h"

void figure_colours_release(struct figure_colours *c)
{
	free(c->run);
	free(c->colour);
	*c = (struct figure_colours){0};
}

static void add_group(const struct selection *sel, const struct group *g, int colour,
		      struct figure_colours *out)
{
	for (int i = 0; i < g->n; i++, out->n++) {
		out->run[out->n] = sel->run[g->run[i]].id;
		out->colour[out->n] = colour;
	}
}

static void allocate_colours(const struct selection *sel, struct figure_colours *out)
{
	*out = (struct figure_colours){xcalloc((size_t)sel->n + 1, sizeof *out->run),
				       xcalloc((size_t)sel->n + 1, sizeof *out->colour), 0};
}

/* The number of groups of the same method before the i-th of the order. */
static int rank_in_method(const struct selection *sel, const struct group_set *g, const int *order,
			  int i)
{
	const char *method = sel->run[g->group[order[i]].run[0]].method;
	int rank = 0;

	for (int k = 0; k < i; k++)
		rank += !strcmp(sel->run[g->group[order[k]].run[0]].method, method);
	return rank;
}

/* The best group of each method is chosen first, then the best of all. */
void figure_colours_of(const struct selection *sel, const struct group_set *g, const int *order,
		       const double *value, struct figure_colours *out)
{
	char *chosen = xcalloc((size_t)g->n + 1, 1);
	int n = 0, colour = 0;

	allocate_colours(sel, out);
	for (int all = 0; all < 2; all++)
		for (int i = 0; i < g->n && n < PALETTE; i++)
			if (!chosen[i] && group_moments(&g->group[order[i]], value).n &&
			    (all || !rank_in_method(sel, g, order, i))) {
				chosen[i] = 1;
				n++;
			}
	for (int i = 0; i < g->n; i++)
		add_group(sel, &g->group[order[i]], chosen[i] ? colour++ : CHART_GREY, out);
	free(chosen);
}

int figure_colour(const struct figure *f, const struct selection *sel, const struct group *g,
		  int rank, int most)
{
	const struct figure_colours *c = f->colours;

	if (!c)
		return rank < most && rank < PALETTE ? rank : CHART_GREY;
	for (int i = 0; i < c->n; i++)
		if (c->run[i] == sel->run[g->run[0]].id)
			return c->colour[i];
	return CHART_GREY;
}

/* ---- panels ---- */

int figure_is_split(const struct selection *sel, const char *metric)
{
	for (int i = 1; i < sel->n && metric_is_loss(metric); i++)
		if (strcmp(sel->run[i].method, sel->run[0].method) != 0)
			return 1;
	return 0;
}

int figure_refuse_loss(const char *what, const struct metric_info *m, struct error *err)
{
	return error_set(err, ERR_USAGE,
			 "%s: %s of different methods measures different things: choose one method "
			 "(-w \"method='...'\"), or another --metric",
			 what, m->name);
}

/* Assigns colours to the best group of each method, then to the second of each, until none is left.
 * A group with runs of several methods has the same colour in all of their panels. */
static void assign_colours(const struct selection *sel, const struct group_set *g, const int *order,
			   const double *value, int most, struct figure_colours *out)
{
	int *colour = xcalloc((size_t)g->n + 1, sizeof *colour), used = 0;

	for (int i = 0; i < g->n; i++)
		colour[i] = CHART_GREY;
	most = most < PALETTE ? most : PALETTE;
	for (int rank = 0; rank < g->n && used < most; rank++)
		for (int i = 0; i < g->n && used < most; i++)
			if (rank_in_method(sel, g, order, i) == rank &&
			    group_moments(&g->group[order[i]], value).n)
				colour[order[i]] = used++;
	for (int i = 0; i < g->n; i++)
		add_group(sel, &g->group[i], colour[i], out);
	free(colour);
}

static struct selection of_method(const struct selection *sel, const char *method)
{
	char *keep = xcalloc((size_t)sel->n + 1, 1);
	struct selection out;

	for (int i = 0; i < sel->n; i++)
		keep[i] = !strcmp(sel->run[i].method, method);
	out = selection_part(sel, keep);
	free(keep);
	return out;
}

static int find_colours(struct store *s, const struct selection *sel, const struct figure *f,
			const struct metric_info *m, struct figure_colours *out, struct error *err)
{
	double *value = xmalloc((size_t)(sel->n + 1) * sizeof *value);
	struct group_set g = {0};
	int *order, ret = groups_make(s, sel, f->by, &g, err) ||
			  selection_values(s, sel, m->name, f->best, value, err);

	allocate_colours(sel, out);
	if (!ret) {
		selection_order(sel, value);
		order = groups_by_mean(&g, value, m->low_is_good || f->lowest);
		assign_colours(sel, &g, order, value, f->most ? f->most : PALETTE, out);
		free(order);
	}
	groups_release(&g);
	free(value);
	return ret ? -1 : 0;
}

static int add_panel(struct store *s, const struct selection *sel, const struct figure *f,
		     const char *method, figure_fn *make, struct chart *c, struct error *err)
{
	struct selection one = of_method(sel, method);
	struct figure part = *f;
	struct chart *panel = NULL;
	struct error why = {0};
	int ret;

	part.title = method;
	ret = make(s, &one, &part, &panel, &why);
	selection_release(&one);
	if (!ret)
		chart_add_panel(c, panel);
	else if (why.code == ERR_NOT_FOUND) /* a method without such a value has no panel */
		ret = 0;
	else if (err)
		*err = why;
	return ret;
}

int figure_panels(struct store *s, const struct selection *sel, const struct figure *f,
		  const struct metric_info *m, figure_fn *make, struct chart **out,
		  struct error *err)
{
	struct figure_colours colours = {0};
	struct figure part = *f;
	struct chart *c;
	char title[160];
	int ret = 0;

	snprintf(title, sizeof title, "%s of each method", m->name);
	c = chart_new(CHART_PANELS, f->title ? f->title : title);
	chart_note(c,
		   "Each method has a loss of its own, and therefore an axis of its own: heights "
		   "cannot be compared between methods.");
	part.metric = m->name;
	if (!f->colours) {
		ret = find_colours(s, sel, f, m, &colours, err);
		part.colours = &colours;
	}
	for (int i = 0; i < sel->n && !ret; i++)
		if (selection_is_first_of_method(sel, i))
			ret = add_panel(s, sel, &part, sel->run[i].method, make, c, err);
	figure_colours_release(&colours);
	if (ret)
		chart_free(c);
	else
		*out = c;
	return ret ? -1 : 0;
}
