/*
 * The surface that charts draw on: lines, areas, dots and text in pixels, y downwards. There are two
 * kinds: SVG text (svg.h), and a page of cairo, PNG or PDF (page.h). Colours are roles, so that one
 * chart fits light and dark paper. Both kinds estimate the width of text from one table, so that they
 * have the same layout.
 *
 * A chart may draw any number and any text: canvas_line() and the other functions leave out points that
 * are not finite, limit the others to CANVAS_MOST px from the origin, and show text without control
 * characters or marks that change its direction. The functions of struct canvas_ops get finite numbers
 * and valid UTF-8 only.
 */
#ifndef SSL_PLOT_CANVAS_H
#define SSL_PLOT_CANVAS_H

#include <stdint.h>

#include "core/base/strbuf.h"

enum ink_role {
	INK_NONE,
	INK_TEXT,
	INK_MUTED, /* secondary text, curves in the background */
	INK_GRID,
	INK_PAPER,
	INK_RGB,    /* `rgb`, the same on any paper */
	INK_SERIES, /* + k: the k-th colour of the categorical palette, k < PALETTE */
};
/* Colours that can be distinguished with every kind of colour vision, from each other, from the text and
 * from the grey of the background curves; test_chart.c states by how much. INK_SERIES + PALETTE + k: the
 * k-th of SHADES of a scale; the larger k, the stronger the contrast with the paper. */
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

/* The colour of a value, 0 worst .. 1 best, for lines on any paper. */
struct ink ink_scale(double t);

/* The colour on light or dark paper, 0xRRGGBB. */
uint32_t ink_rgb(struct ink i, int dark);

/* viridis (Smith and van der Walt, 2015, CC0): 0 dark blue, 1 yellow; perceptually even. */
uint32_t viridis(double t);
/* Black or white, whichever has more contrast with rgb. */
struct ink ink_on(uint32_t rgb);

enum text_anchor { TEXT_START, TEXT_MIDDLE, TEXT_END };
struct text_style {
	double size; /* px */
	enum text_anchor anchor;
	int bold, upright; /* upright: turned by 90 degrees, read from below */
	struct ink ink;
};

enum { CANVAS_MOST = 100000 };

/* The operations of a kind of canvas. Charts call the functions below instead. */
struct canvas_ops {
	/* A path through n > 1 points; dash: px on and off, 0 solid. */
	void (*line)(void *self, const double *xy, int n, double width, double dash, struct ink i);
	/* n > 2 points */
	void (*area)(void *self, const double *xy, int n, struct ink i);
	/* w, h > 0; tip: the tooltip, or NULL */
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
	double x, y; /* the place of its origin on the whole canvas */
};

/* A part of the canvas with its own origin. */
struct canvas canvas_part(const struct canvas *c, double x, double y, double width, double height);

/* A point that is not finite breaks the line. */
void canvas_line(struct canvas *c, const double *xy, int n, double width, double dash,
		 struct ink i);
void canvas_segment(struct canvas *c, double x0, double y0, double x1, double y1, double width,
		    struct ink i);
void canvas_area(struct canvas *c, const double *xy, int n, struct ink i);
void canvas_rect(struct canvas *c, double x, double y, double w, double h, struct ink i,
		 const char *tip);
void canvas_dot(struct canvas *c, double x, double y, double r, struct ink i, const char *tip);
void canvas_text(struct canvas *c, double x, double y, const char *s, struct text_style style);

/* Appends s as a picture shows it: on one line, as valid UTF-8, without the characters for which
 * utf8_is_undrawable() is true. */
void text_clean(const char *s, struct strbuf *out);

/* An estimate of the text's width in px, rather too wide than too narrow. */
double text_width(const char *s, double size);

/* Copies s, shortened to `width` px by leaving out its middle ("vicreg lambd…=25"). */
void text_fit(const char *s, double size, double width, char *out, int out_size);

#endif
