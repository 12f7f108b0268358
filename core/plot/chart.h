/*
 * A chart as data, independent of how it is drawn: chart_draw() draws it on a canvas (SVG, PNG, PDF),
 * chart_term() prints it with Unicode blocks and braille.
 *
 *   CHART_LINES     axis 0 x, axis 1 y; a series is a curve through (x, y) with a band lo .. hi
 *                   (NaN: none)
 *   CHART_BARS      axis 0 the value; a series is a bar at y[0] with the interval lo[0] .. hi[0];
 *                   y[1 ..] are the single values, drawn as dots
 *   CHART_HEAT      axis 0 columns, axis 1 rows (both by category), axis 2 what the colour means;
 *                   series i is row i, y[j] its value in column j (NaN: no run, or, where
 *                   hi[j] > 0, runs without one), lo[j] its standard deviation (NaN: unknown)
 *   CHART_PARALLEL  one vertical axis per hyperparameter, the last one the metric, which the
 *                   colour shows; a series is a recipe, y[j] its place on axis j (a category's
 *                   number where the axis has them)
 *   CHART_PANELS    charts side by side under one title, each with its own axes
 *
 * Numbers that are not finite are left out. All text is copied, and freed with the chart.
 */
#ifndef SSL_PLOT_CHART_H
#define SSL_PLOT_CHART_H

#include "core/base/strbuf.h"
#include "core/plot/axis.h"
#include "core/plot/canvas.h"

enum chart_kind { CHART_LINES, CHART_BARS, CHART_HEAT, CHART_PARALLEL, CHART_PANELS };

/* The colour of a series: a place in the palette, which only one series of a picture has; grey for the
 * series in the background; or the colour of text for the one that is singled out. */
enum { CHART_GREY = -1, CHART_TEXT = -2 };

struct chart_axis {
	char *name; /* with its unit: "test.knn.top1, %" */
	int log;
	int zero;        /* the scale begins at zero */
	int percent;     /* values are percentages: bands are shown within 0 .. 100 */
	char **category; /* the values, if they are words */
	int n_categories;
};

struct chart_series {
	char *name;
	int n;
	double *x, *y, *lo, *hi;
	double gain; /* bars: over the untrained encoder, printed beside the value; NaN: not known */
	char *lost;  /* bars: printed where there is no value: "3 collapsed"; NULL: nothing */
	int colour;  /* series in CHART_GREY have no entry of their own in the legend */
};

/* A dashed line across curves, named at its end: a threshold. */
struct chart_mark {
	double y;
	char *label;
};

struct chart {
	enum chart_kind kind;
	char *title, *note; /* the note is printed below, small; may be "" */
	double floor;       /* lines, bars: a dashed line, "untrained", at this value; NaN: none */
	int low_is_good;    /* small values are good: colours of heatmaps and parallel axes are reversed */
	double seed_sd;     /* heat: the standard deviation between seeds; NaN: not known */
	struct chart_mark *mark; /* lines */
	int n_marks;
	struct chart **panel; /* owned */
	int n_panels;
	struct chart_axis *axis;
	int n_axes;
	struct chart_series *series;
	int n;
};

struct chart *chart_new(enum chart_kind kind, const char *title);
void chart_free(struct chart *c);
void chart_note(struct chart *c, const char *note);

/* Returns its number. */
int chart_add_axis(struct chart *c, const char *name, int log);
/* Returns the number of the category, which is added if it is new. */
int chart_category(struct chart *c, int axis, const char *name);
void chart_add_mark(struct chart *c, double y, const char *label);
/* The chart owns the panel from then on. */
void chart_add_panel(struct chart *c, struct chart *panel);
/* Adds n points, all NaN, in the first colour that no series has yet, or grey. The result is valid until
 * the next series is added. */
struct chart_series *chart_add_series(struct chart *c, const char *name, int n);

/* True if no series has a finite value. */
int chart_is_empty(const struct chart *c);

/* The range of a heatmap's colours: the range of the values, but at least HEAT_SDS standard deviations
 * between seeds, so that a difference by chance is no contrast. */
enum { HEAT_SDS = 4 };
void chart_heat_range(const struct chart *c, double *lo, double *hi);

/* Bars: true if an interval extends beyond the frame, because it would leave the bars no room. */
int chart_cuts_intervals(const struct chart *c);

/* The height in pixels that the chart needs at this width. */
double chart_height(const struct chart *c, double width);
void chart_draw(const struct chart *c, struct canvas *canvas);

struct term_look {
	int columns, rows; /* characters; at least 40 columns are used, and about this many rows */
	int colour;        /* with escape sequences for colours */
	int ascii;         /* no blocks and no braille: a curve is drawn with its letter of the legend */
};
void chart_term(const struct chart *c, const struct term_look *look, struct strbuf *out);

#endif
