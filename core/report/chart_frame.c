/* What stands around a plot: title, note, axes, legend. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/report/chart_internal.h"

enum { LEGEND_MOST = 16, KEY = 24 /* px of the sample of a curve */ };

struct text_style chart_text(double size, enum text_anchor anchor, int role)
{
	return (struct text_style){size, anchor, 0, 0, ink(role)};
}

/* Breaks s into lines of at most `width` px at blanks; draws them unless canvas is NULL; returns
 * how many. */
static int wrapped(struct canvas *canvas, const char *s, double x, double y, double width)
{
	struct text_style style = chart_text(FONT_SMALL, TEXT_START, INK_MUTED);
	char line[512];
	int lines = 0;

	while (*s) {
		size_t n = strlen(s), fit = 0;

		for (size_t i = 1; i <= n && i < sizeof line; i++) {
			if (s[i] && s[i] != ' ')
				continue;
			memcpy(line, s, i);
			line[i] = 0;
			if (fit && text_width(line, FONT_SMALL) > width)
				break;
			fit = i;
		}
		if (!fit)
			fit = n < sizeof line ? n : sizeof line - 1;
		memcpy(line, s, fit);
		line[fit] = 0;
		if (canvas)
			canvas->text(canvas->self, x, y + 15 * lines, line, style);
		lines++;
		s += fit + (s[fit] == ' ');
	}
	return lines;
}

double chart_note_height(const struct chart *c, double width)
{
	return 15 * wrapped(NULL, c->note, 0, 0, width - 24);
}

struct box chart_frame(const struct chart *c, struct canvas *canvas)
{
	struct text_style title = chart_text(FONT_TITLE, TEXT_START, INK_TEXT);
	double note = chart_note_height(c, canvas->width);
	char text[256];

	title.bold = 1;
	text_fit(c->title, 1.1 * FONT_TITLE, canvas->width - 24, text, sizeof text);
	canvas->text(canvas->self, 12, 22, text, title);
	wrapped(canvas, c->note, 12, canvas->height - note + 3, canvas->width - 24);
	return (struct box){12, 34, canvas->width - 24, canvas->height - 42 - note};
}

void chart_y_axis(struct canvas *canvas, struct box plot, const struct axis *a)
{
	for (int i = 0; i < a->n; i++) {
		double y = plot.y + plot.h * (1 - axis_at(a, a->tick[i]));

		canvas_segment(canvas, plot.x, y, plot.x + plot.w, y, 1, ink(INK_GRID));
		canvas->text(canvas->self, plot.x - 6, y + 4, a->label[i],
			     chart_text(FONT_SMALL, TEXT_END, INK_MUTED));
	}
}

void chart_x_axis(struct canvas *canvas, struct box plot, const struct axis *a, const char *name)
{
	double bottom = plot.y + plot.h, last = -1e9;

	canvas_segment(canvas, plot.x, bottom, plot.x + plot.w, bottom, 1, ink(INK_MUTED));
	for (int i = 0; i < a->n; i++) {
		double x = plot.x + plot.w * axis_at(a, a->tick[i]);
		double half = text_width(a->label[i], FONT_SMALL) / 2;

		canvas_segment(canvas, x, bottom, x, bottom + 4, 1, ink(INK_MUTED));
		if (x - half < last + 6)
			continue;
		last = x + half;
		canvas->text(canvas->self, x, bottom + 17, a->label[i],
			     chart_text(FONT_SMALL, TEXT_MIDDLE, INK_MUTED));
	}
	canvas->text(canvas->self, plot.x + plot.w / 2, bottom + 34, name,
		     chart_text(FONT, TEXT_MIDDLE, INK_TEXT));
}

int chart_in_legend(const struct chart *c, int i)
{
	int before = 0;

	for (int k = 0; k < i; k++)
		before += !c->series[k].muted;
	return !c->series[i].muted && before < LEGEND_MOST;
}

double chart_legend(const struct chart *c, struct canvas *canvas, struct box at)
{
	double x = at.x, y = at.y;
	char name[200];
	int any = 0;

	if (c->n == 1 && !c->series[0].name[0])
		return 0;
	for (int i = 0; i < c->n; i++) {
		double width;

		if (!chart_in_legend(c, i))
			continue;
		text_fit(c->series[i].name, FONT_SMALL, at.w - KEY - 20, name, sizeof name);
		width = KEY + 6 + text_width(name, FONT_SMALL) + 14;
		if (any && x + width - 14 > at.x + at.w) {
			x = at.x;
			y += LEGEND_LINE;
		}
		if (canvas) {
			double key[] = {x, y + 8, x + KEY, y + 8};

			canvas->line(canvas->self, key, 2, 2.5, chart_dash(c, i),
				     chart_ink(c, i, 1));
			canvas->text(canvas->self, x + KEY + 6, y + 12, name,
				     chart_text(FONT_SMALL, TEXT_START, INK_TEXT));
		}
		x += width;
		any = 1;
	}
	return any ? y - at.y + LEGEND_LINE + 6 : 0;
}

double chart_widest(const struct chart_axis *a, double size)
{
	double widest = 0;

	for (int i = 0; i < a->n_categories; i++)
		widest = fmax(widest, text_width(a->category[i], size));
	return widest;
}
