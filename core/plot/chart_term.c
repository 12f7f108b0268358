/*
 * Charts in a terminal. Curves are drawn in braille: a character holds 2 x 4 dots. Every curve has
 * a letter, at its right end and in the legend, so that curves can be distinguished without colour;
 * in ASCII the curve is drawn with this letter.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/plot/chart_internal.h"

enum { LETTERS = 26 };

struct grid {
	int w, h;      /* characters */
	uint8_t *dots; /* of each character */
	int *owner;    /* of each character: the series that drew there last, -1 none */
	char *mark;    /* of each row: a letter at the right, or 0 */
	int ascii;     /* letters instead of dots */
};

static void grid_init(struct grid *g, int w, int h, int ascii)
{
	size_t n = (size_t)w * (size_t)h;

	*g = (struct grid){.w = w, .h = h, .ascii = ascii};
	g->dots = xcalloc(n, 1);
	g->owner = xmalloc(n * sizeof *g->owner);
	g->mark = xcalloc((size_t)h, 1);
	for (size_t i = 0; i < n; i++)
		g->owner[i] = -1;
}

static void grid_free(struct grid *g)
{
	free(g->dots);
	free(g->owner);
	free(g->mark);
}

static void grid_dot(struct grid *g, int x, int y, int series)
{
	static const uint8_t bit[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
	int at;

	if (x < 0 || y < 0 || x >= 2 * g->w || y >= 4 * g->h)
		return;
	at = y / 4 * g->w + x / 2;
	g->dots[at] |= bit[y % 4][x % 2];
	g->owner[at] = series;
}

static double near_unit(double t)
{
	return fmin(fmax(t, -1), 2);
}

/* A line from (x0, y0) to (x1, y1) of the unit square, y upwards. Points far outside are moved near
 * it. */
static void grid_line(struct grid *g, double x0, double y0, double x1, double y1, int series)
{
	double w = 2 * g->w - 1, h = 4 * g->h - 1;
	int steps;

	x0 = near_unit(x0);
	y0 = near_unit(y0);
	x1 = near_unit(x1);
	y1 = near_unit(y1);
	steps = (int)ceil(fmax(fabs(x1 - x0) * w, fabs(y1 - y0) * h));

	for (int i = 0; i <= steps; i++) {
		double t = steps ? (double)i / steps : 0;

		grid_dot(g, (int)lround((x0 + t * (x1 - x0)) * w),
			 (int)lround((1 - y0 - t * (y1 - y0)) * h), series);
	}
}

static void set_colour(struct strbuf *out, int colour, struct ink i, int ground)
{
	uint32_t rgb = ink_rgb(i, 1);

	if (colour)
		strbuf_addf(out, "\033[%d;2;%u;%u;%um", ground ? 48 : 38, rgb >> 16, rgb >> 8 & 255,
			    rgb & 255);
}

static void reset_colour(struct strbuf *out, int colour)
{
	if (colour)
		strbuf_adds(out, "\033[0m");
}

/* Appends s without control characters, padded to `width` columns; aligned right if it is negative.
 */
static void add_text(struct strbuf *out, const char *s, int width)
{
	struct strbuf text = STRBUF_INIT;
	int pad;

	utf8_visible(s, &text);
	pad = abs(width) - utf8_width(text.buf);
	for (int i = 0; width < 0 && i < pad; i++)
		strbuf_addc(out, ' ');
	strbuf_add(out, text.buf, text.len);
	for (int i = 0; width > 0 && i < pad; i++)
		strbuf_addc(out, ' ');
	strbuf_release(&text);
}

/* Appends s cut to at most `most` columns; pad: padded to them. */
static void add_cut_text(struct strbuf *out, const char *s, int most, int pad)
{
	struct strbuf text = STRBUF_INIT, cut = STRBUF_INIT;

	utf8_visible(s, &text);
	if (utf8_width(text.buf) > most) {
		utf8_cut(text.buf, most - 1, &cut);
		strbuf_adds(&cut, "\xE2\x80\xA6");
	} else {
		strbuf_add(&cut, text.buf, text.len);
	}
	add_text(out, cut.buf, pad ? most : 0);
	strbuf_release(&text);
	strbuf_release(&cut);
}

/* The number of columns that add_text() fills. */
static int shown_width(const char *s)
{
	struct strbuf text = STRBUF_INIT;
	int width;

	utf8_visible(s, &text);
	width = utf8_width(text.buf);
	strbuf_release(&text);
	return width;
}

static void title(const struct chart *c, int colour, struct strbuf *out)
{
	if (colour)
		strbuf_adds(out, "\033[1m");
	add_text(out, c->title, 0);
	reset_colour(out, colour);
	strbuf_addc(out, '\n');
}

/* The colour of series i. */
static struct ink term_ink(const struct chart *c, int i)
{
	double lo = INFINITY, hi = -INFINITY, v;

	if (c->kind != CHART_PARALLEL)
		return chart_ink(c, i, 1);
	for (int k = 0; k < c->n; k++) {
		v = c->series[k].y[c->n_axes - 1];
		lo = isfinite(v) ? fmin(lo, v) : lo;
		hi = isfinite(v) ? fmax(hi, v) : hi;
	}
	v = c->series[i].y[c->n_axes - 1];
	return isfinite(v) ? ink_scale(chart_goodness(c, v, lo, hi)) : ink(INK_MUTED);
}

static int letter_of(const struct chart *c, int i)
{
	int k = 0;

	for (int j = 0; j < i; j++)
		k += chart_in_legend(c, j);
	return !chart_in_legend(c, i) || k >= LETTERS ? 0 : 'a' + k;
}

static void grid_row(const struct chart *c, const struct grid *g, int y, int colour,
		     struct strbuf *out)
{
	int last = -1;

	for (int x = 0; x < g->w; x++) {
		int at = y * g->w + x, code = 0x2800 + g->dots[at];

		if (g->owner[at] != last) {
			reset_colour(out, colour && last >= 0);
			last = g->owner[at];
			if (last >= 0)
				set_colour(out, colour, term_ink(c, last), 0);
		}
		if (!g->dots[at])
			strbuf_addc(out, ' ');
		else if (g->ascii)
			strbuf_addc(out, (char)(letter_of(c, last) ? letter_of(c, last) : '*'));
		else
			strbuf_addf(out, "%c%c%c", 0xE0 | code >> 12, 0x80 | (code >> 6 & 63),
				    0x80 | (code & 63));
	}
	reset_colour(out, colour && last >= 0);
}

static void draw_series(struct grid *g, const struct chart *c, int i, const struct axis *ax,
			const struct axis *ay)
{
	const struct chart_series *s = &c->series[i];
	double x0 = NAN, y0 = NAN;

	for (int k = 0; k < s->n; k++) {
		double x = axis_at(ax, s->x[k]), y = axis_at(ay, s->y[k]);

		if (isfinite(x) && isfinite(y))
			grid_line(g, isfinite(x0) ? x0 : x, isfinite(x0) ? y0 : y, x, y, i);
		x0 = isfinite(y) ? x : NAN;
		y0 = y;
	}
}

static void mark_ends(struct grid *g, const struct chart *c, const struct axis *ay)
{
	for (int i = 0; i < c->n; i++) {
		const struct chart_series *s = &c->series[i];
		int k = s->n - 1, row;

		while (k >= 0 && !isfinite(axis_at(ay, s->y[k])))
			k--;
		if (k < 0 || !letter_of(c, i))
			continue;
		row = (int)lround((1 - axis_at(ay, s->y[k])) * (g->h - 1));
		for (int d = 0; d < g->h; d++) { /* the nearest free row */
			int try = row + (d % 2 ? (d + 1) / 2 : -d / 2);

			if (try >= 0 && try < g->h && !g->mark[try]) {
				g->mark[try] = (char)letter_of(c, i);
				break;
			}
		}
	}
}

/* The label of the tick in row y, or "". */
static const char *row_label(const struct axis *a, int y, int h)
{
	for (int i = 0; i < a->n; i++)
		if ((int)lround((1 - axis_at(a, a->tick[i])) * (h - 1)) == y)
			return a->label[i];
	return "";
}

/* Appends the names of the thresholds in row y, in the rest of the line or at least 24 columns. */
static void row_marks(const struct chart *c, const struct axis *a, int y, int h, int room,
		      struct strbuf *out)
{
	double floor = axis_at(a, c->floor);

	room = room < 24 ? 24 : room;
	if (isfinite(floor) && (int)lround((1 - floor) * (h - 1)) == y)
		strbuf_adds(out, " \xE2\x97\x82 untrained");
	for (int i = 0; i < c->n_marks; i++) {
		double at = axis_at(a, c->mark[i].y);

		if (!isfinite(at) || (int)lround((1 - at) * (h - 1)) != y)
			continue;
		strbuf_adds(out, " \xE2\x97\x82 ");
		add_cut_text(out, c->mark[i].label, room, 0);
	}
}

/* The number of columns at the right that are reserved for the names of thresholds. */
static int marks_width(const struct chart *c)
{
	int width = isfinite(c->floor) ? 12 : 0;

	for (int i = 0; i < c->n_marks; i++) {
		int n = shown_width(c->mark[i].label) + 3;

		width = n > width ? n : width;
	}
	return width < 27 ? width : 27;
}

static void x_labels(const struct axis *a, int left, int w, const char *name, struct strbuf *out)
{
	int at = 0;

	add_text(out, "", left);
	for (int i = 0; i < a->n; i++) {
		int n = (int)strlen(a->label[i]);
		int x = (int)lround(axis_at(a, a->tick[i]) * (w - 1)) - n / 2;

		if (x < 0)
			x = 0;
		if ((at && x < at + 2) || x + n > w + 4)
			continue;
		add_text(out, "", x - at);
		strbuf_adds(out, a->label[i]);
		at = x + n;
	}
	strbuf_addc(out, '\n');
	add_text(out, "", left + (w - utf8_width(name)) / 2);
	add_text(out, name, 0);
	strbuf_addc(out, '\n');
}

static void legend(const struct chart *c, int columns, int colour, struct strbuf *out)
{
	if (c->n == 1 && !c->series[0].name[0])
		return;
	for (int i = 0; i < c->n; i++) {
		if (!chart_in_legend(c, i))
			continue;
		set_colour(out, colour, chart_ink(c, i, 1), 0);
		strbuf_addf(out, "  %c \xE2\x94\x81\xE2\x94\x81 ", letter_of(c, i));
		reset_colour(out, colour);
		add_cut_text(out, c->series[i].name, columns - 8, 0);
		strbuf_addc(out, '\n');
	}
}

static void term_lines(const struct chart *c, const struct term_look *look, struct strbuf *out)
{
	const int columns = look->columns, rows = look->rows, colour = look->colour;
	struct axis ax, ay;
	struct grid g;
	double lo, hi, x_lo = INFINITY, x_hi = -INFINITY;
	int left = 0, w;

	chart_range(c, c->axis[1].log, 0, &lo, &hi);
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->series[i].n; k++)
			if (isfinite(c->series[i].y[k]) &&
			    (!c->axis[0].log || c->series[i].x[k] > 0)) {
				x_lo = fmin(x_lo, c->series[i].x[k]);
				x_hi = fmax(x_hi, c->series[i].x[k]);
			}
	axis_set(&ay, lo, hi, c->axis[1].log, 5, 1);
	axis_set(&ax, x_lo, x_hi, c->axis[0].log, 7, 0);
	for (int i = 0; i < ay.n; i++)
		left = left > (int)strlen(ay.label[i]) ? left : (int)strlen(ay.label[i]);
	w = columns - left - 5 - marks_width(c);
	grid_init(&g, w > 8 ? w : 8, rows, look->ascii);
	for (int i = 0; i < c->n; i++)
		draw_series(&g, c, i, &ax, &ay);
	mark_ends(&g, c, &ay);
	add_text(out, c->axis[1].name, 0);
	strbuf_addc(out, '\n');
	for (int y = 0; y < rows; y++) {
		add_text(out, row_label(&ay, y, rows), -left);
		strbuf_adds(out, *row_label(&ay, y, rows) ? " \xE2\x94\xA4" : " \xE2\x94\x82");
		grid_row(c, &g, y, colour, out);
		if (g.mark[y])
			strbuf_addf(out, " %c", g.mark[y]);
		row_marks(c, &ay, y, rows, columns - left - g.w - 6, out);
		strbuf_addc(out, '\n');
	}
	add_text(out, "", left + 1);
	for (int x = 0; x <= g.w; x++)
		strbuf_adds(out, x ? "\xE2\x94\x80" : "\xE2\x94\x94");
	strbuf_addc(out, '\n');
	x_labels(&ax, left + 2, g.w, c->axis[0].name, out);
	legend(c, columns, colour, out);
	grid_free(&g);
}

/* A bar in eighths of a character. */
static void bar(double part, int w, struct strbuf *out)
{
	int eighths = (int)lround(fmin(fmax(part, 0), 1) * w * 8), n = 0;

	for (; n < eighths / 8; n++)
		strbuf_adds(out, "\xE2\x96\x88");
	if (eighths % 8) {
		strbuf_addf(out, "\xE2\x96%c", 0x90 - eighths % 8);
		n++;
	}
	add_text(out, "", w - n);
}

static void term_bars(const struct chart *c, int columns, int colour, struct strbuf *out)
{
	struct axis a;
	double lo, hi;
	char from[AXIS_LABEL];
	int name = 0, w, digits = chart_digits(c);

	chart_bar_range(c, &lo, &hi);
	axis_set(&a, lo, hi, 0, 6, 1);
	for (int i = 0; i < c->n; i++) {
		int n = shown_width(c->series[i].name);

		name = n > name ? n : name;
	}
	name = name < columns / 2 ? name : columns / 2;
	w = columns - name - (chart_has_gains(c) ? 42 : 32);
	for (int i = 0; i < c->n; i++) {
		const struct chart_series *s = &c->series[i];
		char number[AXIS_LABEL], left[AXIS_LABEL], right[AXIS_LABEL];

		axis_number_in(s->y[0], digits, number);
		axis_number_in(s->lo[0], digits, left);
		axis_number_in(s->hi[0], digits, right);
		add_cut_text(out, s->name, name, 1);
		strbuf_adds(out, "  ");
		set_colour(out, colour, chart_ink(c, i, 1), 0);
		bar(isfinite(s->y[0]) ? axis_at(&a, s->y[0]) : 0, w > 8 ? w : 8, out);
		reset_colour(out, colour);
		strbuf_addf(out, " %7s", isfinite(s->y[0]) ? number : s->lost ? s->lost : "-");
		if (isfinite(s->gain))
			strbuf_addf(out, " (%+.2f)", s->gain);
		if (isfinite(s->lo[0]))
			strbuf_addf(out, "  [%s, %s]", left, right);
		strbuf_addc(out, '\n');
	}
	add_text(out, c->axis[0].name, 0);
	axis_number(a.lo, from);
	strbuf_addf(out, "; bars begin at %s\n", from);
}

/* Without colour a shaded block before the value shows how good it is. */
static void heat_cell(const struct chart *c, const struct chart_series *s, int column, double lo,
		      double hi, int w, int colour, struct strbuf *out)
{
	static const char *const shade[] = {" ", "\xE2\x96\x91", "\xE2\x96\x92", "\xE2\x96\x93",
					    "\xE2\x96\x88"};
	char text[AXIS_LABEL];
	double v = s->y[column], t = chart_goodness(c, v, lo, hi);
	uint32_t rgb = viridis(t);

	if (!isfinite(v)) {
		add_text(out, s->hi[column] > 0 ? "\xC3\x97" : "\xC2\xB7", -w);
		return;
	}
	axis_number_in(v, chart_digits(c), text);
	if (colour) {
		set_colour(out, 1, (struct ink){INK_RGB, rgb, 1}, 1);
		set_colour(out, 1, ink_on(rgb), 0);
		add_text(out, text, -w);
		reset_colour(out, 1);
		return;
	}
	strbuf_adds(out, shade[(int)lround(t * 4)]);
	add_text(out, text, -(w - 1));
}

static void term_heat(const struct chart *c, int columns, int colour, struct strbuf *out)
{
	double lo, hi;
	int left = 0, w = 9;

	chart_heat_range(c, &lo, &hi);
	for (int i = 0; i < c->axis[1].n_categories; i++) {
		int n = shown_width(c->axis[1].category[i]);

		left = n > left ? n : left;
	}
	left = left < columns / 3 ? left : columns / 3;
	if (c->axis[0].n_categories && (columns - left - 1) / c->axis[0].n_categories < w)
		w = (columns - left - 1) / c->axis[0].n_categories;
	w = w > 6 ? w : 6;
	add_text(out, c->axis[1].name, 0);
	strbuf_addc(out, '\n');
	for (int i = c->n - 1; i >= 0; i--) {
		add_cut_text(out, c->axis[1].category[i], left, 1);
		strbuf_addc(out, ' ');
		for (int k = 0; k < c->axis[0].n_categories; k++)
			heat_cell(c, &c->series[i], k, lo, hi, w, colour, out);
		strbuf_addc(out, '\n');
	}
	add_text(out, "", left + 1);
	for (int k = 0; k < c->axis[0].n_categories; k++) {
		add_text(out, "", 1);
		add_text(out, c->axis[0].category[k], -(w - 1));
	}
	strbuf_addc(out, '\n');
	add_text(out, "", left + 2);
	add_text(out, c->axis[0].name, 0);
	strbuf_adds(out, "\ncolour: ");
	add_text(out, c->axis[2].name, 0);
	strbuf_addc(out, '\n');
}

static void parallel_names(const struct chart *c, const struct axis *a, int w, int row,
			   struct strbuf *out)
{
	int cell = w / c->n_axes > 3 ? w / c->n_axes : 3;

	for (int k = 0; k < c->n_axes; k++) {
		const struct chart_axis *of = &c->axis[k];
		char text[AXIS_LABEL];
		const char *s = text;

		axis_number(row == 0 ? a[k].hi : a[k].lo, text);
		if (row == 2)
			s = of->name;
		else if (of->n_categories)
			s = of->category[row == 0 ? of->n_categories - 1 : 0];
		add_cut_text(out, s, cell - 1, 1);
		strbuf_addc(out, ' ');
	}
	strbuf_addc(out, '\n');
}

static void term_parallel(const struct chart *c, const struct term_look *look, struct strbuf *out)
{
	const int columns = look->columns, rows = look->rows, colour = look->colour;
	struct axis *a = xcalloc((size_t)c->n_axes + 1, sizeof *a);
	struct grid g;
	int cell = columns / c->n_axes > 3 ? columns / c->n_axes : 3;

	grid_init(&g, cell * (c->n_axes - 1) + 1, rows, look->ascii);
	for (int k = 0; k < c->n_axes; k++) {
		double lo = INFINITY, hi = -INFINITY;

		for (int i = 0; i < c->n; i++)
			if (isfinite(c->series[i].y[k])) {
				lo = fmin(lo, c->series[i].y[k]);
				hi = fmax(hi, c->series[i].y[k]);
			}
		axis_set(&a[k], lo, hi, c->axis[k].log, 5, 0);
	}
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k + 1 < c->n_axes; k++) {
			double y0 = axis_at(&a[k], c->series[i].y[k]);
			double y1 = axis_at(&a[k + 1], c->series[i].y[k + 1]), n = c->n_axes - 1;

			if (isfinite(y0) && isfinite(y1))
				grid_line(&g, k / n, y0, (k + 1) / n, y1, i);
		}
	parallel_names(c, a, columns, 0, out);
	for (int y = 0; y < rows; y++) {
		grid_row(c, &g, y, colour, out);
		strbuf_addc(out, '\n');
	}
	parallel_names(c, a, columns, 1, out);
	parallel_names(c, a, columns, 2, out);
	if (colour) {
		strbuf_adds(out, "colour: ");
		add_text(out, c->axis[c->n_axes - 1].name, 0);
		strbuf_addc(out, '\n');
	}
	grid_free(&g);
	free(a);
}

static void draw(const struct chart *c, const struct term_look *look, struct strbuf *out);

static void term_panels(const struct chart *c, const struct term_look *look, struct strbuf *out)
{
	struct term_look panel = *look;

	panel.rows = look->rows / 2 > 8 ? look->rows / 2 : 8;
	for (int i = 0; i < c->n_panels; i++) {
		strbuf_addc(out, '\n');
		draw(c->panel[i], &panel, out);
	}
}

static void draw(const struct chart *c, const struct term_look *look, struct strbuf *out)
{
	title(c, look->colour, out);
	if (chart_is_empty(c))
		strbuf_adds(out, "  no finite value to draw\n");
	else if (c->kind == CHART_LINES)
		term_lines(c, look, out);
	else if (c->kind == CHART_BARS)
		term_bars(c, look->columns, look->colour, out);
	else if (c->kind == CHART_HEAT)
		term_heat(c, look->columns, look->colour, out);
	else if (c->kind == CHART_PANELS)
		term_panels(c, look, out);
	else
		term_parallel(c, look, out);
	if (c->note[0]) {
		add_text(out, c->note, 0);
		strbuf_addc(out, '\n');
	}
}

void chart_term(const struct chart *c, const struct term_look *look, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	struct term_look wide = *look;

	wide.columns = look->columns < 40 ? 40 : look->columns;
	draw(c, &wide, &text);
	if (look->ascii)
		utf8_ascii(text.buf, out);
	else
		strbuf_add(out, text.buf, text.len);
	strbuf_release(&text);
}
