/* Parallel coordinates: a vertical axis per hyperparameter, a line per recipe in the colour of its
 * metric. */
#include <math.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"

enum {
	RULER_LEVELS = 8,
	LABEL_STEP = 13, /* px between the lines of labels */
	LABEL_GAP = 6,   /* px between an axis and its labels, at its right */
	MARGIN = 16,     /* px beside the first axis and the labels of the last one */
};

struct ruler {
	struct axis axis;
	const struct chart_axis *of;
	double lo, hi; /* of the values */
	double x;
};

/* A hyperparameter with few values is labelled at each of them. */
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
	r->of = &c->axis[k];
	r->lo = INFINITY;
	r->hi = -INFINITY;
	for (int i = 0; i < c->n; i++) {
		double v = k < c->series[i].n ? c->series[i].y[k] : NAN;

		if (!isfinite(v) || (r->of->log && v <= 0))
			continue;
		r->lo = fmin(r->lo, v);
		r->hi = fmax(r->hi, v);
	}
	if (r->of->n_categories) {
		axis_set(&r->axis, -0.5, r->of->n_categories - 0.5, 0, 6, 0);
		return;
	}
	axis_set(&r->axis, r->lo, r->hi, r->of->log, 6, 0);
	if (k < c->n_axes - 1)
		tick_levels(c, k, &r->axis);
}

static double ruler_y(const struct ruler *r, struct box plot, double v)
{
	return plot.y + plot.h * (1 - axis_at(&r->axis, v));
}

static void ruler_label(struct canvas *canvas, double x, double y, const char *label, double room)
{
	char text[64];

	text_fit(label, FONT_SMALL, room, text, sizeof text);
	chart_label(canvas, x + LABEL_GAP, y + 4, text, TEXT_START, FONT_SMALL);
}

/* The width for the name of an axis. Names alternate between two lines, so that the neighbours on a
 * line are two axes apart. The first name begins at its axis; the last one ends beyond its axis,
 * at the margin. Both have the room that the next name of their line leaves. */
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

/* Labels the smallest and the largest value, and between them the ticks that have room. */
static void label_numbers(const struct chart *c, struct canvas *canvas, const struct ruler *r,
			  struct box plot, int last, double room)
{
	double ends[] = {r->lo, r->hi}, below = INFINITY;
	double top = ruler_y(r, plot, r->hi), bottom = ruler_y(r, plot, r->lo);
	char text[AXIS_LABEL];

	if (!(r->lo <= r->hi))
		return;
	for (int i = 0; i < (r->lo < r->hi ? 2 : 1); i++) {
		axis_number_in(ends[i], last ? chart_digits(c) : AXIS_EACH, text);
		ruler_label(canvas, r->x, ruler_y(r, plot, ends[i]), text, room);
	}
	for (int i = 0; i < r->axis.n; i++) {
		double y = ruler_y(r, plot, r->axis.tick[i]);

		if (below - y < LABEL_STEP || bottom - y < LABEL_STEP || y - top < LABEL_STEP)
			continue;
		ruler_label(canvas, r->x, y, r->axis.label[i], room);
		below = y;
	}
}

static void draw_ruler(const struct chart *c, struct canvas *canvas, const struct ruler *r,
		       struct box plot, int k)
{
	int last = k == c->n_axes - 1;
	double gap = plot.w / fmax(1, c->n_axes - 1), below = INFINITY;
	double room = last ? canvas->width - r->x - LABEL_GAP : gap - LABEL_GAP - 2;
	double beyond = last ? canvas->width - MARGIN - r->x : 0; /* where the last name ends */
	char name[100];

	canvas_segment(canvas, r->x, plot.y, r->x, plot.y + plot.h, 1.2, ink(INK_MUTED));
	text_fit(r->of->name, FONT_SMALL, name_room(c, k, gap) + beyond, name, sizeof name);
	canvas_text(canvas, r->x + beyond, plot.y + plot.h + 20 + 14 * (k % 2), name,
		    chart_text(FONT_SMALL,
			       k == 0 ? TEXT_START
			       : last ? TEXT_END
				      : TEXT_MIDDLE,
			       INK_TEXT));
	if (!r->of->n_categories) {
		label_numbers(c, canvas, r, plot, last, room);
		return;
	}
	for (int i = 0; i < r->of->n_categories; i++) {
		double y = ruler_y(r, plot, i);

		if (below - y < LABEL_STEP)
			continue;
		ruler_label(canvas, r->x, y, r->of->category[i], room);
		below = y;
	}
}

static void draw_line(const struct chart *c, struct canvas *canvas, const struct ruler *r,
		      struct box plot, int i, double *xy)
{
	const struct chart_series *s = &c->series[i];
	const struct ruler *goal = &r[c->n_axes - 1];
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
	t = chart_goodness(c, last, goal->lo, goal->hi);
	canvas_line(canvas, xy, n, isfinite(last) ? 1.2 + t : 1, isfinite(last) ? 0 : 3,
		    isfinite(last) ? ink_scale(t) : (struct ink){INK_MUTED, 0, 0.5});
}

/* The worst first, so that the best is drawn on top; lines without a value before all others. */
static int *drawing_order(const struct chart *c, const struct ruler *goal)
{
	int *order = xmalloc((size_t)(c->n + 1) * sizeof *order);
	double *key = xmalloc((size_t)(c->n + 1) * sizeof *key);

	for (int i = 0; i < c->n; i++) {
		double v = c->series[i].y[c->n_axes - 1];
		double t = isfinite(v) ? chart_goodness(c, v, goal->lo, goal->hi) : -1;
		int k = i;

		for (; k > 0 && key[k - 1] > t; k--) {
			key[k] = key[k - 1];
			order[k] = order[k - 1];
		}
		key[k] = t;
		order[k] = i;
	}
	free(key);
	return order;
}

/* The width of the labels of the metric's axis, which are numbers. */
static double goal_width(const struct chart *c, const struct ruler *goal)
{
	double ends[] = {goal->lo, goal->hi}, width = 0;
	char text[AXIS_LABEL];

	for (int i = 0; i < 2; i++) {
		axis_number_in(ends[i], chart_digits(c), text);
		width = fmax(width, text_width(text, FONT_SMALL));
	}
	for (int i = 0; i < goal->axis.n; i++)
		width = fmax(width, text_width(goal->axis.label[i], FONT_SMALL));
	return width;
}

void chart_draw_parallel(const struct chart *c, struct canvas *canvas)
{
	struct box room = chart_frame(c, canvas);
	struct box plot = {MARGIN, room.y + 8, canvas->width - 2 * MARGIN, room.h - 90};
	struct ruler *r = xcalloc((size_t)c->n_axes + 1, sizeof *r), *goal = NULL;
	double *xy = xmalloc((size_t)(2 * c->n_axes + 2) * sizeof *xy);
	int *order;

	for (int k = 0; k < c->n_axes; k++) {
		goal = &r[k];
		set_ruler(c, k, goal);
	}
	if (goal) {
		plot.w -= goal_width(c, goal);
		for (int k = 0; k < c->n_axes; k++)
			r[k].x = plot.x + plot.w * k / fmax(1, c->n_axes - 1);
		order = drawing_order(c, goal);
		for (int i = 0; i < c->n; i++)
			draw_line(c, canvas, r, plot, order[i], xy);
		for (int k = 0; k < c->n_axes; k++)
			draw_ruler(c, canvas, &r[k], plot, k);
		chart_scale(c, canvas,
			    (struct box){plot.x, plot.y + plot.h + 50, fmin(plot.w, 320), 0},
			    goal->lo, goal->hi, goal->of->name, ink_scale);
		free(order);
	}
	free(r);
	free(xy);
}
