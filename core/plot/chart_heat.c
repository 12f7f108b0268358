/* Heatmaps: two hyperparameters against each other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/error.h"
#include "core/plot/chart_internal.h"

enum { COLUMN_NAME = 56 /* the least width in px of a column's name */ };

static uint32_t heat_rgb(const struct chart *c, double v, double lo, double hi)
{
	return viridis(chart_goodness(c, v, lo, hi));
}

/* The value in the middle of its cell, and its standard deviation below if there is room. */
static void draw_cell(const struct chart *c, struct canvas *canvas, struct box cell, int row,
		      int column, double lo, double hi, int digits)
{
	const struct chart_series *s = &c->series[row];
	double v = s->y[column], sd = s->lo[column], y = cell.y + cell.h / 2;
	uint32_t rgb = heat_rgb(c, v, lo, hi);
	struct text_style style = chart_text(cell.w < 44 ? 9.5 : FONT, TEXT_MIDDLE, INK_TEXT);
	char text[AXIS_LABEL], deviation[AXIS_LABEL], line[64], tip[400];
	int two;

	if (!isfinite(v)) {
		canvas_text(canvas, cell.x + cell.w / 2, y + 4,
			    s->hi[column] > 0 ? "\xC3\x97" : "\xC2\xB7",
			    chart_text(FONT, TEXT_MIDDLE, INK_MUTED));
		return;
	}
	axis_number_in(v, digits, text);
	snprintf(deviation, sizeof deviation, "%.2g", sd);
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
		snprintf(line, sizeof line, "\xC2\xB1 %s", deviation);
		canvas_text(canvas, cell.x + cell.w / 2, y + 12, line, style);
	}
}

static struct ink heat_ink(double t)
{
	return (struct ink){INK_RGB, viridis(t), 1};
}

static void name_columns(const struct chart *c, struct canvas *canvas, struct box plot)
{
	double w = plot.w / fmax(1, c->axis[0].n_categories);
	double widest = fmin(chart_widest(&c->axis[0], FONT_SMALL), fmax(w - 4, COLUMN_NAME));
	int every = (int)fmax(1, ceil((widest + 4) / w)); /* columns are narrower than names */
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

	chart_heat_range(c, &lo, &hi);
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
			draw_cell(c, canvas, (struct box){plot.x + w * k, y, w, h}, i, k, lo, hi,
				  chart_digits(c));
	}
	name_columns(c, canvas, plot);
	chart_scale(c, canvas,
		    (struct box){plot.x, plot.y + plot.h + 46, fmin(room.w - label - 8, 320), 0},
		    lo, hi, c->axis[2].name, heat_ink);
}
