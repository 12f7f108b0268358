/* The frame of a plot: title, note, axes, legend, colour scale. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plot/chart_internal.h"

enum { KEY = 24 /* px of the sample of a curve */ };

struct text_style chart_text(double size, enum text_anchor anchor, int role)
{
	return (struct text_style){size, anchor, 0, 0, ink(role)};
}

enum { NOTE_LINE = 15, TITLE_LINE = 18 };

static struct text_style title_style(void)
{
	struct text_style style = chart_text(FONT_TITLE, TEXT_START, INK_TEXT);

	style.bold = 1;
	return style;
}

static struct text_style note_style(void)
{
	return chart_text(FONT_SMALL, TEXT_START, INK_MUTED);
}

/* Breaks s at blanks into lines of at most at.w px, draws them `step` px apart unless canvas is
 * NULL, and returns their number. A word that is too long for a line is shortened. */
static int wrap_text(struct canvas *canvas, const char *s, struct box at, double step,
		     struct text_style style)
{
	double size = style.bold ? 1.1 * style.size : style.size;
	char line[512], text[512];
	int lines = 0;

	while (*s) {
		size_t n = strlen(s), fit = 0;

		for (size_t i = 1; i <= n && i < sizeof line; i++) {
			if (s[i] && s[i] != ' ')
				continue;
			memcpy(line, s, i);
			line[i] = 0;
			if (fit && text_width(line, size) > at.w)
				break;
			fit = i;
		}
		if (!fit)
			fit = n < sizeof line ? n : sizeof line - 1;
		memcpy(line, s, fit);
		line[fit] = 0;
		text_fit(line, size, at.w, text, sizeof text);
		if (canvas)
			canvas_text(canvas, at.x, at.y + step * lines, text, style);
		lines++;
		s += fit + (s[fit] == ' ');
	}
	return lines;
}

double chart_note_height(const struct chart *c, double width)
{
	return NOTE_LINE *
	       wrap_text(NULL, c->note, (struct box){0, 0, width - 24, 0}, 0, note_style());
}

double chart_title_height(const struct chart *c, double width)
{
	int lines = wrap_text(NULL, c->title, (struct box){0, 0, width - 24, 0}, 0, title_style());

	return TITLE_LINE * fmax(0, lines - 1);
}

struct box chart_frame(const struct chart *c, struct canvas *canvas)
{
	double note = chart_note_height(c, canvas->width), w = canvas->width - 24;
	double title = chart_title_height(c, canvas->width);

	wrap_text(canvas, c->title, (struct box){12, 22, w, 0}, TITLE_LINE, title_style());
	wrap_text(canvas, c->note, (struct box){12, canvas->height - note + 3, w, 0}, NOTE_LINE,
		  note_style());
	return (struct box){12, 34 + title, w, canvas->height - 42 - note - title};
}

void chart_label(struct canvas *canvas, double x, double y, const char *s, enum text_anchor anchor,
		 double size)
{
	double width = text_width(s, size);
	double left = anchor == TEXT_END      ? x - width
		      : anchor == TEXT_MIDDLE ? x - width / 2
					      : x - 2;

	canvas_rect(canvas, left, y - 11, width + 2, 14, (struct ink){INK_PAPER, 0, 0.8}, NULL);
	canvas_text(canvas, x, y, s, chart_text(size, anchor, INK_TEXT));
}

void chart_y_axis(struct canvas *canvas, struct box plot, const struct axis *a)
{
	for (int i = 0; i < a->n; i++) {
		double y = plot.y + plot.h * (1 - axis_at(a, a->tick[i]));

		canvas_segment(canvas, plot.x, y, plot.x + plot.w, y, 1, ink(INK_GRID));
		canvas_text(canvas, plot.x - 6, y + 4, a->label[i],
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
		canvas_text(canvas, x, bottom + 17, a->label[i],
			    chart_text(FONT_SMALL, TEXT_MIDDLE, INK_MUTED));
	}
	canvas_text(canvas, plot.x + plot.w / 2, bottom + 34, name,
		    chart_text(FONT, TEXT_MIDDLE, INK_TEXT));
}

int chart_in_legend(const struct chart *c, int i)
{
	return c->series[i].colour != CHART_GREY;
}

/* The number of grey series. */
static int in_grey(const struct chart *c)
{
	int n = 0;

	for (int i = 0; i < c->n; i++)
		n += !chart_in_legend(c, i);
	return n;
}

/* Draws a sample of the ink with its name, on the next line if this one is full. */
static void place_key(struct canvas *canvas, struct box at, double *x, double *y, const char *s,
		      struct ink i)
{
	char name[200];
	double width;

	text_fit(s, FONT_SMALL, at.w - KEY - 20, name, sizeof name);
	width = KEY + 6 + text_width(name, FONT_SMALL) + 14;
	if (*x > at.x && *x + width - 14 > at.x + at.w) {
		*x = at.x;
		*y += LEGEND_LINE;
	}
	if (canvas) {
		canvas_segment(canvas, *x, *y + 8, *x + KEY, *y + 8, 2.5, i);
		canvas_text(canvas, *x + KEY + 6, *y + 12, name,
			    chart_text(FONT_SMALL, TEXT_START, INK_TEXT));
	}
	*x += width;
}

double chart_legend(const struct chart *c, struct canvas *canvas, struct box at)
{
	double x = at.x, y = at.y;
	int grey = in_grey(c);
	char others[48];

	if (!c->n || (c->n == 1 && (!c->series[0].name[0] || !strcmp(c->series[0].name, c->title))))
		return 0; /* the title is its name */
	for (int i = 0; i < c->n; i++)
		if (chart_in_legend(c, i))
			place_key(canvas, at, &x, &y, c->series[i].name, chart_ink(c, i, 1));
	if (grey) {
		snprintf(others, sizeof others, grey < c->n ? "%d others" : "%d groups", grey);
		place_key(canvas, at, &x, &y, grey == 1 && c->n > 1 ? "another" : others,
			  (struct ink){INK_MUTED, 0, 0.6});
	}
	return y - at.y + LEGEND_LINE + 6;
}

void chart_scale(const struct chart *c, struct canvas *canvas, struct box at, double lo, double hi,
		 const char *name, struct ink (*of)(double t))
{
	enum { STEPS = 64 };
	char text[AXIS_LABEL];

	if (!(hi >= lo))
		return;
	for (int i = 0; i < STEPS; i++)
		canvas_rect(canvas, at.x + at.w * i / STEPS, at.y, at.w / STEPS + 0.5, 8,
			    of(chart_goodness(c, (double)i / (STEPS - 1), 0, 1)), NULL);
	axis_number_in(lo, chart_digits(c), text);
	canvas_text(canvas, at.x, at.y + 21, text, chart_text(FONT_SMALL, TEXT_START, INK_MUTED));
	axis_number_in(hi, chart_digits(c), text);
	canvas_text(canvas, at.x + at.w, at.y + 21, text,
		    chart_text(FONT_SMALL, TEXT_END, INK_MUTED));
	canvas_text(canvas, at.x + at.w / 2, at.y + 21, name,
		    chart_text(FONT_SMALL, TEXT_MIDDLE, INK_TEXT));
}

double chart_widest(const struct chart_axis *a, double size)
{
	double widest = 0;

	for (int i = 0; i < a->n_categories; i++)
		widest = fmax(widest, text_width(a->category[i], size));
	return widest;
}
