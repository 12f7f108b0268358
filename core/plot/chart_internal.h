/* For core/plot/ only: what the kinds of charts share. */
#ifndef SSL_PLOT_CHART_INTERNAL_H
#define SSL_PLOT_CHART_INTERNAL_H

#include "core/plot/chart.h"

enum { FONT = 12, FONT_SMALL = 11, FONT_TITLE = 14, LEGEND_LINE = 18 };

struct box {
	double x, y, w, h;
};

struct text_style chart_text(double size, enum text_anchor anchor, int role);

/* Draws title and note; returns the box between them. */
struct box chart_frame(const struct chart *c, struct canvas *canvas);
double chart_note_height(const struct chart *c, double width);
/* The height of the title's lines after the first. */
double chart_title_height(const struct chart *c, double width);

/* The smallest and largest finite y (if `bands`, of lo and hi too, which for percentages count within
 * 0 .. 100 only); only positive values if log. */
void chart_range(const struct chart *c, int log, int bands, double *lo, double *hi);
/* The range of bars: the values, 0 if the axis begins at zero, and the intervals as far as they leave the
 * bars enough room. Intervals are cut at the range. */
void chart_bar_range(const struct chart *c, double *lo, double *hi);

/* The digits (axis_digits()) of the values of bars and heatmaps, and of the metric of parallel axes. */
int chart_digits(const struct chart *c);

/* Text on a patch of paper, so that lines behind it do not cross it out. */
void chart_label(struct canvas *canvas, double x, double y, const char *s, enum text_anchor anchor,
		 double size);

/* Bars: the height above them for the name of the dashed line; 0 without a line. */
double chart_floor_height(const struct chart *c);
/* True if a bar shows a gain. */
int chart_has_gains(const struct chart *c);

/* Draw the axis: grid lines or ticks, and labels. */
void chart_y_axis(struct canvas *canvas, struct box plot, const struct axis *a);
void chart_x_axis(struct canvas *canvas, struct box plot, const struct axis *a, const char *name);

/* True if the series has an entry of its own in the legend; and the legend, drawn unless canvas is NULL:
 * returns its height. */
int chart_in_legend(const struct chart *c, int i);
double chart_legend(const struct chart *c, struct canvas *canvas, struct box at);

/* The colour of series i. */
struct ink chart_ink(const struct chart *c, int i, double alpha);

void chart_draw_lines(const struct chart *c, struct canvas *canvas);
void chart_draw_bars(const struct chart *c, struct canvas *canvas);
void chart_draw_heat(const struct chart *c, struct canvas *canvas);
void chart_draw_parallel(const struct chart *c, struct canvas *canvas);

/* Draws the colour scale from lo to hi; of(t): the colour of 0 worst .. 1 best. */
void chart_scale(const struct chart *c, struct canvas *canvas, struct box at, double lo, double hi,
		 const char *name, struct ink (*of)(double t));

/* How good v is among lo .. hi: 0 worst .. 1 best. */
double chart_goodness(const struct chart *c, double v, double lo, double hi);

/* The width in px of the widest category of an axis. */
double chart_widest(const struct chart_axis *a, double size);

#endif
