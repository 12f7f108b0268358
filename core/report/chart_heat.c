/* Two hyperparameters against each other; and many at once, as parallel coordinates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/report/chart_internal.h"

enum { COLUMN_NAME = 56 /* px that a column's name is given at least */ };

static uint32_t heat_rgb(const struct chart *c, double v, double lo, double hi)
{
	return viridis(chart_goodness(c, v, lo, hi));
}

/* The value in the middle of its cell, its standard deviation below where there is room. */
static void draw_cell(const struct chart *c, struct canvas *canvas, struct box cell, int row,
		      int column, double lo, double hi)
{
	const struct chart_series *s = &c->series[row];
	double v = s->y[column], sd = s->lo[column], y = cell.y + cell.h / 2;
	uint32_t rgb = heat_rgb(c, v, lo, hi);
	struct text_style style = chart_text(cell.w < 44 ? 9.5 : FONT, TEXT_MIDDLE, INK_TEXT);
	char text[AXIS_LABEL], spread[AXIS_LABEL], line[64], tip[400];
	int two;

	if (!isfinite(v)) {
		canvas_text(canvas, cell.x + cell.w / 2, y + 4, "\xC2\xB7",
			    chart_text(FONT, TEXT_MIDDLE, INK_MUTED));
		return;
	}
	axis_number(v, text);
	snprintf(spread, sizeof spread, "%.2g", sd);
	snprintf(tip, sizeof tip, "%s %s, %s %s: %s", c->axis[0].name, c->axis[0].category[column],
		 c->axis[1].name, c->axis[1].category[row], text);
	canvas_rect(canvas, cell.x, cell.y, cell.w - 1, cell.h - 1, (struct ink){INK_RGB, rgb, 1},
		    tip);
	style.ink = ink_on(rgb);
	two = isfinite(sd) && cell.h >= 34 && cell.w >= 44;
	if (text_width(text, style.size) > cell.w)
		return;
	canvas_text(canvas, cell.x + cell.w / 2, y + (two ? -1 : 4), text, style);
	if (two) {
		style.size = 9.5;
		snprintf(line, sizeof line, "\xC2\xB1 %s", spread);
		canvas_text(canvas, cell.x + cell.w / 2, y + 12, line, style);
	}
}

/* The meaning of the colours, in 64 steps. */
static void draw_scale(const struct chart *c, struct canvas *canvas, struct box at, double lo,
		       double hi)
{
	enum { STEPS = 64 };
	char text[AXIS_LABEL];

	if (!(hi >= lo))
		return;
	for (int i = 0; i < STEPS; i++)
		canvas_rect(
		    canvas, at.x + at.w * i / STEPS, at.y, at.w / STEPS + 0.5, 8,
		    (struct ink){INK_RGB, heat_rgb(c, lo + (hi - lo) * i / (STEPS - 1), lo, hi), 1},
		    NULL);
	axis_number(lo, text);
	canvas_text(canvas, at.x, at.y + 21, text, chart_text(FONT_SMALL, TEXT_START, INK_MUTED));
	axis_number(hi, text);
	canvas_text(canvas, at.x + at.w, at.y + 21, text,
		    chart_text(FONT_SMALL, TEXT_END, INK_MUTED));
	canvas_text(canvas, at.x + at.w / 2, at.y + 21, c->axis[2].name,
		    chart_text(FONT_SMALL, TEXT_MIDDLE, INK_TEXT));
}

static void name_columns(const struct chart *c, struct canvas *canvas, struct box plot)
{
	double w = plot.w / fmax(1, c->axis[0].n_categories);
	double widest = fmin(chart_widest(&c->axis[0], FONT_SMALL), fmax(w - 4, COLUMN_NAME));
	int every =
	    (int)fmax(1, ceil((widest + 4) / w)); /* where columns are narrower than names */
	char name[64];

	for (int k = 0; k < c->axis[0].n_categories; k += every) {
		text_fit(c->axis[0].category[k], FONT_SMALL, widest + 0.5, name, sizeof name);
		canvas_text(canvas, plot.x + w * (k + 0.5), plot.y + plot.h + 15, name,
			    chart_text(FONT_SMALL, TEXT_MIDDLE, INK_MUTED));
	}
	canvas_text(canvas, plot.x + plot.w / 2, plot.y + plot.h + 32, c->axis[0].name,
		    chart_text(FONT, TEXT_MIDDLE, INK_TEXT));
}

void chart_draw_heat(const struct chart *c, struct canvas *canvas)
{
	struct box room = chart_frame(c, canvas), plot;
	double lo, hi, label = fmin(chart_widest(&c->axis[1], FONT_SMALL), 0.3 * room.w), w, h;
	char name[64];

	chart_range(c, 0, 0, &lo, &hi);
	canvas_text(canvas, room.x, room.y + 10, c->axis[1].name,
		    chart_text(FONT, TEXT_START, INK_TEXT));
	plot = (struct box){room.x + label + 8, room.y + 18, room.w - label - 8, room.h - 96};
	w = fmin(plot.w / fmax(1, c->axis[0].n_categories), 140);
	plot.w = w * c->axis[0].n_categories;
	h = plot.h / fmax(1, c->n);
	for (int i = 0; i < c->n; i++) {
		double y = plot.y + h * (c->n - 1 - i);

		text_fit(c->axis[1].category[i], FONT_SMALL, label + 2, name, sizeof name);
		canvas_text(canvas, plot.x - 6, y + h / 2 + 4, name,
			    chart_text(FONT_SMALL, TEXT_END, INK_MUTED));
		for (int k = 0; k < c->axis[0].n_categories; k++)
			draw_cell(c, canvas, (struct box){plot.x + w * k, y, w, h}, i, k, lo, hi);
	}
	name_columns(c, canvas, plot);
	draw_scale(c, canvas,
		   (struct box){plot.x, plot.y + plot.h + 46, fmin(room.w - label - 8, 320), 0}, lo,
		   hi);
}

/* ---- parallel coordinates ---- */

enum { RULER_LEVELS = 8 };

struct ruler {
	struct axis axis;
	const struct chart_axis *of;
	double x;
};

/* A hyperparameter that takes few values is labelled at these. */
static void tick_levels(const struct chart *c, int k, struct axis *a)
{
	double level[RULER_LEVELS];
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		double v = k < c->series[i].n ? c->series[i].y[k] : NAN;
		int at = 0;

		while (at < n && level[at] < v)
			at++;
		if (!isfinite(axis_at(a, v)) || (at < n && level[at] == v))
			continue;
		if (n == RULER_LEVELS)
			return;
		for (int j = n++; j > at; j--)
			level[j] = level[j - 1];
		level[at] = v;
	}
	a->n = n;
	for (int i = 0; i < n; i++) {
		a->tick[i] = level[i];
		axis_number(level[i], a->label[i]);
	}
}

static void set_ruler(const struct chart *c, int k, struct ruler *r)
{
	double lo = INFINITY, hi = -INFINITY;

	r->of = &c->axis[k];
	for (int i = 0; i < c->n; i++) {
		double v = k < c->series[i].n ? c->series[i].y[k] : NAN;

		if (!isfinite(v) || (r->of->log && v <= 0))
			continue;
		lo = fmin(lo, v);
		hi = fmax(hi, v);
	}
	if (r->of->n_categories) {
		lo = -0.5;
		hi = r->of->n_categories - 0.5;
	}
	axis_set(&r->axis, lo, hi, r->of->log, 6, 0);
	if (!r->of->n_categories && k < c->n_axes - 1)
		tick_levels(c, k, &r->axis);
}

static double ruler_y(const struct ruler *r, struct box plot, double v)
{
	return plot.y + plot.h * (1 - axis_at(&r->axis, v));
}

/* A label on a little paper, so that the curves behind do not cross it out. */
static void ruler_label(struct canvas *canvas, double x, double y, const char *label, int last,
			double room)
{
	char text[64];
	double width;

	text_fit(label, FONT_SMALL, room, text, sizeof text);
	width = text_width(text, FONT_SMALL);
	canvas_rect(canvas, last ? x - 6 - width : x + 4, y - 7, width + 2, 14,
		    (struct ink){INK_PAPER, 0, 0.75}, NULL);
	canvas_text(canvas, last ? x - 6 : x + 6, y + 4, text,
		    chart_text(FONT_SMALL, last ? TEXT_END : TEXT_START, INK_TEXT));
}

/* The room of an axis' name. Names take turns on two lines, so that one's neighbours are two axes
 * away; the first and the last begin and end at their axes, and get what those leave. */
static double name_room(const struct chart *c, int k, double gap)
{
	int n = c->n_axes, next = k == 0 ? 2 : n - 3;

	if (k > 0 && k < n - 1)
		return 1.5 * gap;
	if (n < 3)
		return n * gap - 8;
	if (n == 3)
		return gap - 4;
	return 2 * gap - 8 - fmin(1.5 * gap, text_width(c->axis[next].name, FONT_SMALL)) / 2;
}

static void draw_ruler(const struct chart *c, struct canvas *canvas, const struct ruler *r,
		       struct box plot, int k)
{
	int last = k == c->n_axes - 1;
	double gap = plot.w / fmax(1, c->n_axes - 1), below = INFINITY;
	char name[100];

	canvas_segment(canvas, r->x, plot.y, r->x, plot.y + plot.h, 1.2, ink(INK_MUTED));
	text_fit(r->of->name, FONT_SMALL, name_room(c, k, gap), name, sizeof name);
	canvas_text(canvas, r->x, plot.y + plot.h + 18 + 14 * (k % 2), name,
		    chart_text(FONT_SMALL,
			       k == 0 ? TEXT_START
			       : last ? TEXT_END
				      : TEXT_MIDDLE,
			       INK_TEXT));
	if (r->of->n_categories) {
		for (int i = 0; i < r->of->n_categories; i++)
			ruler_label(canvas, r->x, ruler_y(r, plot, i), r->of->category[i], last,
				    gap - 12);
		return;
	}
	for (int i = 0; i < r->axis.n; i++) {
		double y = ruler_y(r, plot, r->axis.tick[i]);

		if (below - y < 13)
			continue;
		ruler_label(canvas, r->x, y, r->axis.label[i], last, gap - 12);
		below = y;
	}
}

/* The better the run, the stronger its line. */
static void draw_run(const struct chart *c, struct canvas *canvas, const struct ruler *r,
		     struct box plot, int i, double *xy)
{
	const struct chart_series *s = &c->series[i];
	const struct axis *goal = &r[c->n_axes - 1].axis;
	double last = s->y[c->n_axes - 1], t;
	int n = 0;

	for (int k = 0; k < c->n_axes; k++) {
		double y = ruler_y(&r[k], plot, s->y[k]);

		if (!isfinite(y))
			continue;
		xy[2 * n] = r[k].x;
		xy[2 * n++ + 1] = y;
	}
	if (n < 2)
		return;
	t = isfinite(last) ? chart_goodness(c, last, goal->lo, goal->hi) : 0;
	canvas_line(canvas, xy, n, 1 + t, 0,
		    isfinite(last) ? ink_series(0, 0.12 + 0.75 * t * t)
				   : (struct ink){INK_MUTED, 0, 0.3});
}

void chart_draw_parallel(const struct chart *c, struct canvas *canvas)
{
	struct box room = chart_frame(c, canvas);
	struct box plot = {room.x + 4, room.y + 8, room.w - 8, room.h - 48};
	struct ruler *r = xcalloc((size_t)c->n_axes + 1, sizeof *r);
	double *xy = xmalloc((size_t)(2 * c->n_axes + 2) * sizeof *xy);

	for (int k = 0; k < c->n_axes; k++) {
		set_ruler(c, k, &r[k]);
		r[k].x = plot.x + plot.w * k / fmax(1, c->n_axes - 1);
	}
	for (int i = 0; i < c->n; i++)
		draw_run(c, canvas, r, plot, i, xy);
	for (int k = 0; k < c->n_axes; k++)
		draw_ruler(c, canvas, &r[k], plot, k);
	free(r);
	free(xy);
}
