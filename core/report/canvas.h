/*
 * What charts draw on: lines, areas, dots and text in pixels, y downwards. Two canvases: SVG text
 * (svg.h) and a picture (raster.h). Colours are roles, so that one chart fits light and dark paper.
 * Widths of text are estimated from one table on both canvases, so that both have one layout.
 */
#ifndef SSL_REPORT_CANVAS_H
#define SSL_REPORT_CANVAS_H

#include <stdint.h>

enum ink_role {
	INK_NONE,
	INK_TEXT,
	INK_MUTED, /* secondary text, what stands back */
	INK_GRID,
	INK_PAPER,
	INK_RGB,    /* `rgb`, the same on any paper */
	INK_SERIES, /* + k: the k-th colour of the categorical palette, k < PALETTE */
};
/* Okabe and Ito's palette (jfly.uni-koeln.de/color, 2008), told apart by all kinds of colour
 * vision; darkened or lightened to keep its contrast with the paper. */
enum { PALETTE = 8 };

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

struct canvas {
	void *self;
	double width, height;
	/* A path through n points; dash: px on and off, 0 solid. */
	void (*line)(void *self, const double *xy, int n, double width, double dash, struct ink i);
	void (*area)(void *self, const double *xy, int n, struct ink i);
	/* tip: what a pointer that rests on it is told, or NULL */
	void (*rect)(void *self, double x, double y, double w, double h, struct ink i,
		     const char *tip);
	void (*dot)(void *self, double x, double y, double r, struct ink i, const char *tip);
	/* y is the baseline's */
	void (*text)(void *self, double x, double y, const char *s, struct text_style style);
};

void canvas_segment(struct canvas *c, double x0, double y0, double x1, double y1, double width,
		    struct ink i);

/* An estimate of the text's width in px, on the wide side. */
double text_width(const char *s, double size);

/* Copies s so that it is at most `width` px wide, its middle left out ("vicreg lambd…=25"). */
void text_fit(const char *s, double size, double width, char *out, int out_size);

#endif
