/* Curves with bands, and bars with intervals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"

struct plane {
	struct axis x, y;
	struct box plot;
};

static double at_x(const struct plane *p, double v)
{
	return p->plot.x + p->plot.w * axis_at(&p->x, v);
}

static double at_y(const struct plane *p, double v)
{
	double t = axis_at(&p->y, v);

	/* a band that leaves the frame, as below zero on a log axis, ends at the frame */
	if (isnan(t))
		t = 0;
	return p->plot.y + p->plot.h * (1 - fmin(fmax(t, 0), 1));
}

static int is_drawn(const struct plane *p, const struct chart_series *s, int k)
{
	return isfinite(axis_at(&p->x, s->x[k])) && isfinite(axis_at(&p->y, s->y[k]));
}

static void draw_band(const struct plane *p, struct canvas *canvas, const struct chart_series *s,
		      struct ink i)
{
	double *xy = xmalloc((size_t)(4 * s->n + 4) * sizeof *xy);
	int n = 0;

	for (int k = 0; k < s->n; k++) {
		if (!is_drawn(p, s, k) || !isfinite(s->hi[k]))
			continue;
		xy[2 * n] = at_x(p, s->x[k]);
		xy[2 * n++ + 1] = at_y(p, s->hi[k]);
	}
	for (int k = s->n - 1; k >= 0; k--) {
		if (!is_drawn(p, s, k) || !isfinite(s->lo[k]))
			continue;
		xy[2 * n] = at_x(p, s->x[k]);
		xy[2 * n++ + 1] = at_y(p, s->lo[k]);
	}
	if (n > 3)
		canvas_area(canvas, xy, n, i);
	free(xy);
}

/* A value that is not finite breaks the curve; a single point is drawn as a dot. */
static void draw_curve(const struct plane *p, struct canvas *canvas, const struct chart *c, int i)
{
	const struct chart_series *s = &c->series[i];
	double *xy = xmalloc((size_t)(2 * s->n + 2) * sizeof *xy),
	       width = s->colour == CHART_GREY ? 1 : 2;
	int n = 0;

	for (int k = 0; k <= s->n; k++) {
		if (k < s->n && is_drawn(p, s, k)) {
			xy[2 * n] = at_x(p, s->x[k]);
			xy[2 * n++ + 1] = at_y(p, s->y[k]);
			continue;
		}
		if (n > 1)
			canvas_line(canvas, xy, n, width, 0, chart_ink(c, i, 1));
		else if (n == 1)
			canvas_dot(canvas, xy[0], xy[1], width + 1, chart_ink(c, i, 1), s->name);
		n = 0;
	}
	free(xy);
}

/* Sets the axes and the plot's box, which the labels and the names of the axes leave. */
static void lay_out(const struct chart *c, struct canvas *canvas, struct plane *p)
{
	struct box room = chart_frame(c, canvas);
	double lo, hi, x_lo = INFINITY, x_hi = -INFINITY, label = 0;

	chart_range(c, c->axis[1].log, 1, &lo, &hi);
	if (c->axis[1].zero && lo > 0)
		lo = 0;
	for (int i = 0; i < c->n; i++) {
		for (int k = 0; k < c->series[i].n; k++) {
			double x = c->series[i].x[k];

			if (!isfinite(x) || !isfinite(c->series[i].y[k]) ||
			    (c->axis[0].log && x <= 0))
				continue;
			x_lo = fmin(x_lo, x);
			x_hi = fmax(x_hi, x);
		}
	}
	axis_set(&p->y, lo, hi, c->axis[1].log, 7, 1);
	axis_set(&p->x, x_lo, x_hi, c->axis[0].log, canvas->width < 480 ? 5 : 8, 0);
	for (int i = 0; i < p->y.n; i++)
		label = fmax(label, text_width(p->y.label[i], FONT_SMALL));
	room.y += chart_legend(c, canvas, (struct box){room.x, room.y, room.w, 0});
	canvas_text(canvas, room.x, room.y + 10, c->axis[1].name,
		    chart_text(FONT, TEXT_START, INK_TEXT));
	p->plot = (struct box){room.x + label + 6, room.y + 22, room.w - label - 14, 0};
	p->plot.h = canvas->height - chart_note_height(c, canvas->width) - 48 - p->plot.y;
}

static void draw_no_value(const struct plane *p, struct canvas *canvas)
{
	canvas_text(canvas, p->plot.x + p->plot.w / 2, p->plot.y + p->plot.h / 2,
		    "no finite value to draw", chart_text(FONT, TEXT_MIDDLE, INK_MUTED));
}

static void draw_mark(const struct plane *p, struct canvas *canvas, double v)
{
	double y = at_y(p, v);

	if (isfinite(axis_at(&p->y, v)))
		canvas_line(canvas, (const double[]){p->plot.x, y, p->plot.x + p->plot.w, y}, 2,
			    1.2, 4, ink(INK_TEXT));
}

static int is_in(struct box b, double x, double y)
{
	return x >= b.x && x <= b.x + b.w && y >= b.y && y <= b.y + b.h;
}

/* The number of points of curves in the box, counting eight between two neighbours. */
static int count_points_in(const struct plane *p, const struct chart *c, struct box b)
{
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		const struct chart_series *s = &c->series[i];

		for (int k = 0; k + 1 < s->n; k++) {
			double x = at_x(p, s->x[k]), to_x = at_x(p, s->x[k + 1]);
			double y = at_y(p, s->y[k]), to_y = at_y(p, s->y[k + 1]);

			if (!is_drawn(p, s, k) || !is_drawn(p, s, k + 1))
				continue;
			for (int t = 0; t <= 8; t++)
				n += is_in(b, x + (to_x - x) * t / 8, y + (to_y - y) * t / 8);
		}
	}
	return n;
}

enum { LABELS = 8 };

/* The boxes of the labels of marks that were drawn so far. */
struct labels {
	struct box taken[LABELS];
	int n;
};

static int overlaps_label(const struct labels *l, struct box b)
{
	for (int i = 0; i < l->n; i++)
		if (b.x < l->taken[i].x + l->taken[i].w && l->taken[i].x < b.x + b.w &&
		    b.y < l->taken[i].y + l->taken[i].h && l->taken[i].y < b.y + b.h)
			return 1;
	return 0;
}

/* Labels the mark at v: above or below, at the right or left, wherever the label hides the least.
 */
static void label_mark(const struct plane *p, struct canvas *canvas, const struct chart *c,
		       double v, const char *label, struct labels *l)
{
	struct box at = {0, 0, 0, 13}, best = at;
	double y = at_y(p, v), least = INFINITY;
	char text[160];

	if (!isfinite(axis_at(&p->y, v)))
		return;
	text_fit(label, FONT_SMALL, p->plot.w - 8, text, sizeof text);
	at.w = text_width(text, FONT_SMALL);
	for (int k = 0; k < 4; k++) {
		double cost;

		at.x = k < 2 ? p->plot.x + p->plot.w - 4 - at.w : p->plot.x + 4;
		at.y = k % 2 ? y + 2 : y - 15;
		cost = count_points_in(p, c, at) + (overlaps_label(l, at) ? 1e6 : 0) +
		       (at.y < p->plot.y - 4 || at.y + at.h > p->plot.y + p->plot.h ? 1e5 : 0);
		if (cost >= least)
			continue;
		least = cost;
		best = at;
	}
	chart_label(canvas, best.x, best.y + 11, text, TEXT_START, FONT_SMALL);
	if (l->n < LABELS)
		l->taken[l->n++] = best;
}

static void draw_marks(const struct plane *p, struct canvas *canvas, const struct chart *c)
{
	draw_mark(p, canvas, c->floor);
	for (int i = 0; i < c->n_marks; i++)
		draw_mark(p, canvas, c->mark[i].y);
}

static void label_marks(const struct plane *p, struct canvas *canvas, const struct chart *c)
{
	struct labels l = {0};

	label_mark(p, canvas, c, c->floor, "untrained", &l);
	for (int i = 0; i < c->n_marks; i++)
		label_mark(p, canvas, c, c->mark[i].y, c->mark[i].label, &l);
}

void chart_draw_lines(const struct chart *c, struct canvas *canvas)
{
	struct plane p = {0};

	lay_out(c, canvas, &p);
	chart_y_axis(canvas, p.plot, &p.y);
	chart_x_axis(canvas, p.plot, &p.x, c->axis[0].name);
	if (chart_is_empty(c))
		draw_no_value(&p, canvas);
	for (int i = 0; i < c->n; i++) /* the background first */
		if (!chart_in_legend(c, i))
			draw_curve(&p, canvas, c, i);
	for (int i = 0; i < c->n; i++)
		if (chart_in_legend(c, i))
			draw_band(&p, canvas, &c->series[i],
				  chart_ink(c, i, c->n > 4 ? 0.10 : 0.18));
	draw_marks(&p, canvas, c);
	for (int i = 0; i < c->n; i++)
		if (chart_in_legend(c, i))
			draw_curve(&p, canvas, c, i);
	label_marks(&p, canvas, c);
}

/* ---- bars ---- */

int chart_cuts_intervals(const struct chart *c)
{
	struct axis a;
	double lo, hi;

	chart_bar_range(c, &lo, &hi);
	axis_set(&a, lo, hi, 0, 7, 1);
	for (int i = 0; i < c->n; i++)
		if (c->series[i].lo[0] < a.lo || c->series[i].hi[0] > a.hi)
			return 1;
	return 0;
}

int chart_has_gains(const struct chart *c)
{
	for (int i = 0; i < c->n; i++)
		if (isfinite(c->series[i].gain))
			return 1;
	return 0;
}

static void draw_end(struct canvas *canvas, double x, double y)
{
	canvas_segment(canvas, x, y - 5, x, y + 5, 1.6, ink(INK_TEXT));
}

/* An interval that extends beyond the frame ends there, without an end bar. */
static void draw_interval(const struct plane *p, struct canvas *canvas,
			  const struct chart_series *s, double y)
{
	double lo = at_x(p, s->lo[0]), hi = at_x(p, s->hi[0]);
	double left = fmax(lo, p->plot.x), right = fmin(hi, p->plot.x + p->plot.w);

	if (!isfinite(lo) || !isfinite(hi))
		return;
	canvas_segment(canvas, left, y, right, y, 1.6, ink(INK_TEXT));
	if (left == lo)
		draw_end(canvas, lo, y);
	if (right == hi)
		draw_end(canvas, hi, y);
}

static struct ink bar_ink(const struct chart *c, int i)
{
	return chart_ink(c, i, c->series[i].colour == CHART_GREY ? 1 : 0.65);
}

static void draw_bar(const struct plane *p, struct canvas *canvas, const struct chart *c, int i,
		     double y, double h)
{
	const struct chart_series *s = &c->series[i];
	int digits = chart_digits(c);
	double zero = at_x(p, p->x.lo > 0 ? p->x.lo : fmin(0, p->x.hi)), end = at_x(p, s->y[0]);
	char tip[300], number[AXIS_LABEL], beside[2 * AXIS_LABEL], lo[AXIS_LABEL], hi[AXIS_LABEL];

	if (!isfinite(end)) {
		if (s->lost)
			canvas_text(canvas, zero + 6, y + 4, s->lost,
				    chart_text(FONT_SMALL, TEXT_START, INK_MUTED));
		return;
	}
	axis_number_in(s->y[0], digits, number);
	axis_number_in(s->lo[0], digits, lo);
	axis_number_in(s->hi[0], digits, hi);
	if (isfinite(s->lo[0]) && isfinite(s->hi[0]))
		snprintf(tip, sizeof tip, "%s: %s (%s to %s)", s->name, number, lo, hi);
	else
		snprintf(tip, sizeof tip, "%s: %s", s->name, number);
	canvas_rect(canvas, fmin(zero, end), y - h / 2, fabs(end - zero), h, bar_ink(c, i), tip);
	for (int k = 1; k < s->n; k++)
		if (isfinite(s->y[k]))
			canvas_dot(canvas, at_x(p, s->y[k]), y + h / 4, 2,
				   (struct ink){INK_TEXT, 0, 0.45}, NULL);
	draw_interval(p, canvas, s, y - h / 8);
	snprintf(beside, sizeof beside, isfinite(s->gain) ? "%s (%+.2f)" : "%s", number, s->gain);
	canvas_text(canvas, p->plot.x + p->plot.w + 6, y + 4, beside,
		    chart_text(FONT_SMALL, TEXT_START, INK_TEXT));
}

double chart_floor_height(const struct chart *c)
{
	return isfinite(c->floor) ? 14 : 0;
}

/* A dashed line through all bars, and above it its name, which stays within the plot. */
static void draw_floor(const struct plane *p, struct canvas *canvas, const struct chart *c)
{
	double x = at_x(p, c->floor), half = text_width("untrained", FONT_SMALL) / 2;
	double middle = fmax(fmin(x, p->plot.x + p->plot.w - half), p->plot.x + half);

	if (!isfinite(c->floor))
		return;
	canvas_line(canvas, (const double[]){x, p->plot.y - 2, x, p->plot.y + p->plot.h}, 2, 1.2, 4,
		    ink(INK_TEXT));
	canvas_text(canvas, middle, p->plot.y - 6, "untrained",
		    chart_text(FONT_SMALL, TEXT_MIDDLE, INK_TEXT));
}

/* On a narrow chart the name of a bar is above it, else to its left. */
void chart_draw_bars(const struct chart *c, struct canvas *canvas)
{
	struct plane p = {0};
	struct box room = chart_frame(c, canvas);
	int above = canvas->width < 480;
	double lo, hi, widest = 0, line;
	char name[200];

	chart_bar_range(c, &lo, &hi);
	axis_set(&p.x, lo, hi, 0, above ? 5 : 7, 1);
	for (int i = 0; i < c->n; i++)
		widest = fmax(widest, text_width(c->series[i].name, FONT));
	widest = above ? 0 : fmin(widest + 8, 0.45 * room.w);
	p.plot = (struct box){room.x + widest, room.y + 4 + chart_floor_height(c),
			      room.w - widest - (chart_has_gains(c) ? 100 : 52),
			      room.h - 46 - chart_floor_height(c)};
	for (int i = 0; i < p.x.n; i++) {
		double x = p.plot.x + p.plot.w * axis_at(&p.x, p.x.tick[i]);

		canvas_segment(canvas, x, p.plot.y, x, p.plot.y + p.plot.h, 1, ink(INK_GRID));
	}
	chart_x_axis(canvas, p.plot, &p.x, c->axis[0].name);
	draw_floor(&p, canvas, c);
	line = p.plot.h / fmax(1, c->n);
	for (int i = 0; i < c->n; i++) {
		double y = p.plot.y + line * (i + (above ? 0.70 : 0.5));

		draw_bar(&p, canvas, c, i, y, above ? 14 : 18);
		text_fit(c->series[i].name, FONT, above ? room.w : widest - 8, name, sizeof name);
		if (above) /* the dashed line may cross it */
			chart_label(canvas, p.plot.x + 2, y - 12, name, TEXT_START, FONT);
		else
			canvas_text(canvas, p.plot.x - 8, y + 4, name,
				    chart_text(FONT, TEXT_END, INK_TEXT));
	}
}
