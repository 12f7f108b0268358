/* The curve of a group of runs: the mean over its runs at each step. */
#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/plot/figures_internal.h"

enum { CURVE_POINTS = 400 };

/* Reduces a curve to CURVE_POINTS points: the means over stretches of equally many. */
static void thin(struct chart_series *c)
{
	int n = c->n;

	if (n <= CURVE_POINTS)
		return;
	for (int i = 0; i < CURVE_POINTS; i++) {
		int from = (int)((long)i * n / CURVE_POINTS);
		int to = (int)((long)(i + 1) * n / CURVE_POINTS);
		double *row[] = {c->x, c->y, c->lo, c->hi};

		for (int r = 0; r < 4; r++)
			row[r][i] = moments_of(row[r] + from, to - from).mean;
	}
	c->n = CURVE_POINTS;
}

/* The smallest step that is still to come in any run; NaN at the end. */
static double next_step(const struct series *series, const int *at, int n)
{
	double step = NAN;

	for (int i = 0; i < n; i++)
		if (at[i] < series[i].n)
			step = fmin(step, series[i].step[at[i]]);
	return step;
}

static void mean_curve(struct chart *c, const char *label, const struct series *series,
		       const double *x_per_step, int n)
{
	struct chart_series *curve;
	int *at = xcalloc((size_t)n + 1, sizeof *at), points = 0;
	double *value = xmalloc((size_t)(n + 1) * sizeof *value), step;

	for (int i = 0; i < n; i++)
		points += series[i].n;
	curve = chart_add_series(c, label, points);
	curve->n = 0;
	while (step = next_step(series, at, n), isfinite(step)) {
		struct moments s;
		double x = NAN;

		for (int i = 0; i < n; i++) {
			int here = at[i] < series[i].n && series[i].step[at[i]] == step;

			value[i] = here ? series[i].value[at[i]++] : NAN;
			if (here)
				x = step * x_per_step[i];
		}
		s = moments_of(value, n);
		curve->x[curve->n] = x;
		curve->y[curve->n] = s.mean;
		curve->lo[curve->n] = s.mean - s.sd;
		curve->hi[curve->n++] = s.mean + s.sd;
	}
	thin(curve);
	free(at);
	free(value);
}

int figure_group_curve(struct store *s, const struct selection *sel, const struct group *g,
		       const struct figure_reading *how, struct chart *c,
		       struct figure_counts *count, struct error *err)
{
	struct series *series = xcalloc((size_t)g->n + 1, sizeof *series);
	double *scale = xcalloc((size_t)g->n + 1, sizeof *scale);
	int ret = 0, points = 0, runs = 0;

	for (int i = 0; i < g->n && !ret; i++) {
		const struct selected *r = &sel->run[g->run[i]];

		scale[i] = how->epochs && r->steps > 0 ? (double)r->epochs / (double)r->steps : 1;
		ret = how->read(s, r, how->name, &series[i], err);
		points += series[i].n;
		runs += series[i].n > 0;
	}
	figure_count(count, runs);
	if (!ret && points)
		mean_curve(c, g->label, series, scale, g->n);
	for (int i = 0; i < g->n; i++)
		series_release(&series[i]);
	free(series);
	free(scale);
	return ret;
}
