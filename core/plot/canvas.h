/*
 * What charts draw on: lines, areas, dots and text in pixels, y downwards. Two canvases: SVG text
 * (svg.h) and a page of cairo's, PNG or PDF (page.h). Colours are roles, so that one chart fits
 * light and dark paper. Widths of text are estimated from one table on both, so that both have one
 * layout.
 *
 * Values come from anywhere, so a chart may ask for any number and any text: canvas_line() and its
 * like leave out what has no place, hold the rest to CANVAS_MOST px from the origin, and show text
 * without control characters or marks that turn its direction. A canvas is given finite numbers
 * only, and valid UTF-8.
 */
#ifndef SSL_PLOT_CANVAS_H
#define SSL_PLOT_CANVAS_H

#include <stdint.h>

#include "core/base/strbuf.h"

enum ink_role {
	INK_NONE,
	INK_TEXT,
	INK_MUTED, /* secondary text, what stands back */
	INK_GRID,
	INK_PAPER,
	INK_RGB,    /* `rgb`, the same on any paper */
	INK_SERIES, /* + k: the k-th colour of the categorical palette, k < PALETTE */
};
/* Colours that all kinds of colour vision tell apart, from each other, from the text's and from the
 * grey of what stands back; test_chart.c says by how much. INK_SERIES + PALETTE + k: the k-th of
 * SHADES of a scale, which stands out from the paper the more, the larger k is. */
enum { PALETTE = 8, SHADES = 24 };

struct ink {
	int role;
	uint32_t rgb;
	double alpha; /* 0 .. 1 */
};

static inline struct ink ink(int role)
{
	return (struct ink){role, 0, 1};
}
static inline struct ink ink_series(int k, double alpha)
{
	return (struct ink){INK_SERIES + k % PALETTE, 0, alpha};
}

/* Of 0 worst .. 1 best: for lines, on any paper. */
struct ink ink_scale(double t);

/* The role's colour on light or dark paper, 0xRRGGBB. */
uint32_t ink_rgb(struct ink i, int dark);

/* viridis (Smith and van der Walt, 2015, CC0): 0 dark blue, 1 yellow; perceptually even. */
uint32_t viridis(double t);
/* Black or white, whichever reads better on it. */
struct ink ink_on(uint32_t rgb);

enum text_anchor { TEXT_START, TEXT_MIDDLE, TEXT_END };
struct text_style {
	double size; /* px */
	enum text_anchor anchor;
	int bold, upright; /* upright: turned by 90 degrees, read from below */
	struct ink ink;
};

enum { CANVAS_MOST = 100000 };

/* What a canvas can do; the drawing calls the functions below instead. */
struct canvas_ops {
	/* A path through n > 1 points; dash: px on and off, 0 solid. */
	void (*line)(void *self, const double *xy, int n, double width, double dash, struct ink i);
	/* n > 2 points */
	void (*area)(void *self, const double *xy, int n, struct ink i);
	/* w, h > 0; tip: what a pointer that rests on it is told, or NULL */
	void (*rect)(void *self, double x, double y, double w, double h, struct ink i,
		     const char *tip);
	void (*dot)(void *self, double x, double y, double r, struct ink i, const char *tip);
	/* y is the baseline's */
	void (*text)(void *self, double x, double y, const char *s, struct text_style style);
};

struct canvas {
	const struct canvas_ops *ops;
	void *self;
	double width, height;
	double x, y; /* of the origin, on the whole canvas */
};

/* A part of the canvas, with its own origin. */
struct canvas canvas_part(const struct canvas *c, double x, double y, double width, double height);

/* A point that has no place breaks the line. */
void canvas_line(struct canvas *c, const double *xy, int n, double width, double dash,
		 struct ink i);
void canvas_segment(struct canvas *c, double x0, double y0, double x1, double y1, double width,
		    struct ink i);
void canvas_area(struct canvas *c, const double *xy, int n, struct ink i);
void canvas_rect(struct canvas *c, double x, double y, double w, double h, struct ink i,
		 const char *tip);
void canvas_dot(struct canvas *c, double x, double y, double r, struct ink i, const char *tip);
void canvas_text(struct canvas *c, double x, double y, const char *s, struct text_style style);

/* Appends s as a picture shows it: valid UTF-8 without what utf8_is_undrawable() says, on one
 * line. */
void text_clean(const char *s, struct strbuf *out);

/* An estimate of the text's width in px, on the wide side. */
double text_width(const char *s, double size);

/* Copies s so that it is at most `width` px wide, its middle left out ("vicreg lambd…=25"). */
void text_fit(const char *s, double size, double width, char *out, int out_size);

#endif
