/* For core/plot/ only: what the kinds of charts share. */
#ifndef SSL_PLOT_CHART_INTERNAL_H
#define SSL_PLOT_CHART_INTERNAL_H

#include "core/plot/chart.h"

enum { FONT = 12, FONT_SMALL = 11, FONT_TITLE = 14, LEGEND_LINE = 18 };

struct box {
	double x, y, w, h;
};

struct text_style chart_text(double size, enum text_anchor anchor, int role);

/* Title and note, drawn; the room between them. */
struct box chart_frame(const struct chart *c, struct canvas *canvas);
double chart_note_height(const struct chart *c, double width);
/* Of the title's lines after the first. */
double chart_title_height(const struct chart *c, double width);

/* Smallest and largest finite value of y (and, `bands`, lo and hi); positive ones only when log. */
void chart_range(const struct chart *c, int log, int bands, double *lo, double *hi);
/* The range of bars: of the values, from 0 where the axis asks for it, and of their intervals as far
 * as those leave the bars room. What an interval has beyond it is not drawn. */
void chart_bar_range(const struct chart *c, double *lo, double *hi);

/* The digits in which the values of bars, heatmaps and the metric of parallel axes are written. */
int chart_digits(const struct chart *c);

/* A text on a little paper, so that what is drawn behind does not cross it out. */
void chart_label(struct canvas *canvas, double x, double y, const char *s, enum text_anchor anchor,
		 double size);

/* Bars: the room above them for the name of the dashed line. */
double chart_floor_height(const struct chart *c);
/* Does a bar show a gain? */
int chart_has_gains(const struct chart *c);

/* Grid lines and labels. */
void chart_y_axis(struct canvas *canvas, struct box plot, const struct axis *a);
void chart_x_axis(struct canvas *canvas, struct box plot, const struct axis *a, const char *name);

/* Which series have a place in the legend, and the height of one of `width` px. */
int chart_in_legend(const struct chart *c, int i);
double chart_legend(const struct chart *c, struct canvas *canvas, struct box at);

struct ink chart_ink(const struct chart *c, int i, double alpha);

void chart_draw_lines(const struct chart *c, struct canvas *canvas);
void chart_draw_bars(const struct chart *c, struct canvas *canvas);
void chart_draw_heat(const struct chart *c, struct canvas *canvas);
void chart_draw_parallel(const struct chart *c, struct canvas *canvas);

/* The meaning of colours, in 64 steps: ink(t) of 0 worst .. 1 best. */
void chart_scale(const struct chart *c, struct canvas *canvas, struct box at, double lo, double hi,
		 const char *name, struct ink (*of)(double t));

/* 0 worst .. 1 best of the values lo .. hi */
double chart_goodness(const struct chart *c, double v, double lo, double hi);

/* A category that a narrow chart can show: the whole name, or its parts that fit. */
double chart_widest(const struct chart_axis *a, double size);

#endif
