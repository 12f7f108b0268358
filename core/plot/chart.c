/* The data of a chart, and what follows from them: ranges, digits, colours. chart_draw.c draws it.
 */
#include "core/plot/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"

struct chart *chart_new(enum chart_kind kind, const char *title)
{
	struct chart *c = xcalloc(1, sizeof *c);

	c->kind = kind;
	c->floor = c->seed_sd = NAN;
	c->title = xstrdup(title);
	c->note = xstrdup("");
	return c;
}

void chart_free(struct chart *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->n_axes; i++) {
		for (int k = 0; k < c->axis[i].n_categories; k++)
			free(c->axis[i].category[k]);
		free(c->axis[i].category);
		free(c->axis[i].name);
	}
	for (int i = 0; i < c->n; i++) {
		free(c->series[i].name);
		free(c->series[i].lost);
		free(c->series[i].x);
	}
	for (int i = 0; i < c->n_marks; i++)
		free(c->mark[i].label);
	for (int i = 0; i < c->n_panels; i++)
		chart_free(c->panel[i]);
	free(c->mark);
	free(c->panel);
	free(c->axis);
	free(c->series);
	free(c->title);
	free(c->note);
	free(c);
}

void chart_note(struct chart *c, const char *note)
{
	free(c->note);
	c->note = xstrdup(note);
}

int chart_add_axis(struct chart *c, const char *name, int log)
{
	c->axis = xrealloc(c->axis, (size_t)(c->n_axes + 1) * sizeof *c->axis);
	c->axis[c->n_axes] = (struct chart_axis){.name = xstrdup(name), .log = log};
	return c->n_axes++;
}

int chart_category(struct chart *c, int axis, const char *name)
{
	struct chart_axis *a = &c->axis[axis];

	for (int i = 0; i < a->n_categories; i++)
		if (!strcmp(a->category[i], name))
			return i;
	a->category = xrealloc(a->category, (size_t)(a->n_categories + 1) * sizeof *a->category);
	a->category[a->n_categories] = xstrdup(name);
	return a->n_categories++;
}

void chart_add_mark(struct chart *c, double y, const char *label)
{
	c->mark = xrealloc(c->mark, (size_t)(c->n_marks + 1) * sizeof *c->mark);
	c->mark[c->n_marks++] = (struct chart_mark){y, xstrdup(label)};
}

void chart_add_panel(struct chart *c, struct chart *panel)
{
	c->panel = xrealloc(c->panel, (size_t)(c->n_panels + 1) * sizeof *c->panel);
	c->panel[c->n_panels++] = panel;
}

static int free_colour(const struct chart *c)
{
	for (int k = 0; k < PALETTE; k++) {
		int used = 0;

		for (int i = 0; i < c->n; i++)
			used |= c->series[i].colour == k;
		if (!used)
			return k;
	}
	return CHART_GREY;
}

struct chart_series *chart_add_series(struct chart *c, const char *name, int n)
{
	struct chart_series *s;
	size_t count = (size_t)(n > 0 ? n : 1);
	int colour = free_colour(c);

	c->series = xrealloc(c->series, (size_t)(c->n + 1) * sizeof *c->series);
	s = &c->series[c->n++];
	*s = (struct chart_series){.name = xstrdup(name), .n = n, .gain = NAN, .colour = colour};
	s->x = xmalloc(4 * count * sizeof *s->x);
	s->y = s->x + count;
	s->lo = s->y + count;
	s->hi = s->lo + count;
	for (size_t i = 0; i < 4 * count; i++)
		s->x[i] = NAN;
	return s;
}

int chart_is_empty(const struct chart *c)
{
	for (int i = 0; i < c->n_panels; i++)
		if (!chart_is_empty(c->panel[i]))
			return 0;
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->series[i].n; k++)
			if (isfinite(c->series[i].y[k]))
				return 0;
	return 1;
}

static void widen(double v, int log, double *lo, double *hi)
{
	if (!isfinite(v) || (log && v <= 0))
		return;
	*lo = fmin(*lo, v);
	*hi = fmax(*hi, v);
}

/* Percentages: a band leaves 0 .. 100 only because it is symmetric. */
static int shows_percent(const struct chart *c)
{
	return (c->kind == CHART_LINES && c->axis[1].percent) ||
	       (c->kind == CHART_BARS && c->axis[0].percent);
}

static double band_end(double v, int percent)
{
	return percent && !isnan(v) ? fmin(fmax(v, 0), 100) : v;
}

void chart_range(const struct chart *c, int log, int bands, double *lo, double *hi)
{
	int percent = shows_percent(c);

	*lo = INFINITY;
	*hi = -INFINITY;
	if (c->kind == CHART_LINES || c->kind == CHART_BARS)
		widen(c->floor, log, lo, hi);
	for (int i = 0; i < c->n_marks; i++)
		widen(c->mark[i].y, log, lo, hi);
	for (int i = 0; i < c->n; i++) {
		const struct chart_series *s = &c->series[i];

		for (int k = 0; k < s->n; k++) {
			widen(s->y[k], log, lo, hi);
			if (bands && isfinite(s->y[k])) {
				widen(band_end(s->lo[k], percent), log, lo, hi);
				widen(band_end(s->hi[k], percent), log, lo, hi);
			}
		}
	}
}

/* The interval of two seeds is often many times as wide as the values differ. */
void chart_bar_range(const struct chart *c, double *lo, double *hi)
{
	double low, high, room;

	chart_range(c, 0, 1, &low, &high);
	*lo = INFINITY;
	*hi = -INFINITY;
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->series[i].n; k++) {
			if (!isfinite(c->series[i].y[k]))
				continue;
			*lo = fmin(*lo, c->series[i].y[k]);
			*hi = fmax(*hi, c->series[i].y[k]);
		}
	widen(c->floor, 0, lo, hi);
	if (c->axis[0].zero) {
		*lo = fmin(*lo, 0);
		*hi = fmax(*hi, 0);
	}
	room = (*hi - *lo) / 2;
	if (room > 0 && (!c->axis[0].zero || *lo < 0))
		*lo = fmin(*lo, fmax(low, *lo - room));
	if (room > 0 && (!c->axis[0].zero || *hi > 0))
		*hi = fmax(*hi, fmin(high, *hi + room));
}

int chart_digits(const struct chart *c)
{
	int n = 0, digits;
	double *v;

	for (int i = 0; i < c->n; i++)
		n += c->series[i].n;
	v = xmalloc((size_t)(n + 1) * sizeof *v);
	n = 0;
	for (int i = 0; i < c->n; i++) {
		const struct chart_series *s = &c->series[i];
		int from = c->kind == CHART_PARALLEL ? s->n - 1 : 0;
		int to = c->kind == CHART_BARS && s->n ? 1 : s->n;

		for (int k = from < 0 ? 0 : from; k < to; k++)
			v[n++] = s->y[k];
	}
	digits = axis_digits(v, n);
	free(v);
	return digits;
}

double chart_goodness(const struct chart *c, double v, double lo, double hi)
{
	double t = hi > lo ? fmin(fmax((v / 2 - lo / 2) / (hi / 2 - lo / 2), 0), 1) : 1;

	return c->low_is_good ? 1 - t * (hi > lo) : t;
}

void chart_heat_range(const struct chart *c, double *lo, double *hi)
{
	double room;

	chart_range(c, 0, 0, lo, hi);
	if (!(*hi >= *lo))
		return;
	room = HEAT_SDS * c->seed_sd - (*hi - *lo);
	if (room > 0 && isfinite(room)) {
		*lo -= room / 2;
		*hi += room / 2;
	}
}

struct ink chart_ink(const struct chart *c, int i, double alpha)
{
	int colour = c->series[i].colour;

	if (colour == CHART_GREY)
		return (struct ink){INK_MUTED, 0, alpha * 0.45};
	return colour == CHART_TEXT ? (struct ink){INK_TEXT, 0, alpha} : ink_series(colour, alpha);
}
