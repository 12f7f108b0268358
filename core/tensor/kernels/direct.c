#include "core/tensor/kernels/direct.h"

#include "core/base/parallel.h"

enum {
	BLOCK = 128,    /* output channels summed at a time, on the stack */
	MOST = 1 << 23, /* most multiplications of a pass: a few milliseconds */
};

/* The number of multiplications of one pass. */
static double work(const struct conv_shape *s)
{
	return (double)s->n * s->oh * s->ow * s->kh * s->kw * s->cin * s->cout;
}

int direct_fits(const struct conv_shape *s)
{
	return work(s) <= MOST;
}

struct call {
	const struct conv_shape *s;
	const real *x, *w, *dy;
	real *out; /* y, dx or dw */
	int accumulate;
};

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Clears only the sums that are used. A narrow network has few sums per pixel, and clearing the
 * whole block would cost more than computing them. */
static inline void clear(double *acc, int n)
{
	for (int i = 0; i < n; i++)
		acc[i] = 0;
}

/* acc[0 .. n-1] += a * b[0 .. n-1] */
static inline void add_scaled(double *acc, double a, const real *b, int n)
{
	for (int i = 0; i < n; i++)
		acc[i] += a * (double)b[i];
}

static void store(real *out, const double *acc, int n, int accumulate)
{
	for (int i = 0; i < n; i++)
		out[i] = (real)(accumulate ? (double)out[i] + acc[i] : acc[i]);
}

/* One output pixel: y[oy][ox][co] = sum over ky, kx, ci of x[iy][ix][ci] w[ky][kx][ci][co]. */
static void forward_pixel(const struct call *c, int n, int oy, int ox, int co, int width)
{
	const struct conv_shape *s = c->s;
	double acc[BLOCK];

	clear(acc, width);
	for (int ky = 0; ky < s->kh; ky++)
		for (int kx = 0; kx < s->kw; kx++) {
			int iy = oy * s->stride - s->pad + ky, ix = ox * s->stride - s->pad + kx;
			const real *x = c->x + (((size_t)n * s->h + iy) * s->w + ix) * s->cin;
			const real *w = c->w + ((size_t)(ky * s->kw + kx) * s->cin) * s->cout + co;

			if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w)
				continue;
			for (int ci = 0; ci < s->cin; ci++)
				add_scaled(acc, (double)x[ci], w + (size_t)ci * s->cout, width);
		}
	store(c->out + (((size_t)n * s->oh + oy) * s->ow + ox) * s->cout + co, acc, width, 0);
}

static void forward_image(void *ctx, int n)
{
	const struct call *c = ctx;

	for (int oy = 0; oy < c->s->oh; oy++)
		for (int ox = 0; ox < c->s->ow; ox++)
			for (int co = 0; co < c->s->cout; co += BLOCK)
				forward_pixel(c, n, oy, ox, co, smaller(BLOCK, c->s->cout - co));
}

void direct_forward(const struct conv_shape *s, const real *x, const real *w, real *y)
{
	struct call c = {.s = s, .x = x, .w = w, .out = y};

	parallel_for(s->n, forward_image, &c);
}

/* The output row (or column) that input position i reaches through kernel position k, or -1. */
static int output_of(int i, int k, int pad, int stride, int size)
{
	int o = i + pad - k;

	return o >= 0 && o % stride == 0 && o / stride < size ? o / stride : -1;
}

static double dot_double(const real *a, const real *b, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

/* One input pixel: dx[ci] = sum over ky, kx, co of dy[oy][ox][co] w[ky][kx][ci][co]. */
static void backward_pixel(const struct call *c, int n, int iy, int ix, int ci, int width)
{
	const struct conv_shape *s = c->s;
	double acc[BLOCK];

	clear(acc, width);
	for (int ky = 0; ky < s->kh; ky++)
		for (int kx = 0; kx < s->kw; kx++) {
			int oy = output_of(iy, ky, s->pad, s->stride, s->oh);
			int ox = output_of(ix, kx, s->pad, s->stride, s->ow);
			const real *dy = c->dy + (((size_t)n * s->oh + oy) * s->ow + ox) * s->cout;
			const real *w = c->w + ((size_t)(ky * s->kw + kx) * s->cin + ci) * s->cout;

			if (oy < 0 || ox < 0)
				continue;
			for (int i = 0; i < width; i++)
				acc[i] += dot_double(dy, w + (size_t)i * s->cout, s->cout);
		}
	store(c->out + (((size_t)n * s->h + iy) * s->w + ix) * s->cin + ci, acc, width,
	      c->accumulate);
}

static void backward_data_image(void *ctx, int n)
{
	const struct call *c = ctx;

	for (int iy = 0; iy < c->s->h; iy++)
		for (int ix = 0; ix < c->s->w; ix++)
			for (int ci = 0; ci < c->s->cin; ci += BLOCK)
				backward_pixel(c, n, iy, ix, ci, smaller(BLOCK, c->s->cin - ci));
}

void direct_backward_data(const struct conv_shape *s, const real *dy, const real *w, real *dx,
			  int accumulate)
{
	struct call c = {.s = s, .dy = dy, .w = w, .out = dx, .accumulate = accumulate};

	parallel_for(s->n, backward_data_image, &c);
}

/* One (ky, kx, ci): dw[co] = sum over n, oy, ox of x[iy][ix][ci] dy[oy][ox][co]. */
static void backward_weights_row(void *ctx, int row)
{
	const struct call *c = ctx;
	const struct conv_shape *s = c->s;
	int ci = row % s->cin, kx = row / s->cin % s->kw, ky = row / s->cin / s->kw;

	for (int co = 0; co < s->cout; co += BLOCK) {
		int width = smaller(BLOCK, s->cout - co);
		double acc[BLOCK];

		clear(acc, width);
		for (int pixel = 0; pixel < s->n * s->oh * s->ow; pixel++) {
			int ox = pixel % s->ow, oy = pixel / s->ow % s->oh,
			    n = pixel / s->ow / s->oh;
			int iy = oy * s->stride - s->pad + ky, ix = ox * s->stride - s->pad + kx;

			if (iy < 0 || iy >= s->h || ix < 0 || ix >= s->w)
				continue;
			add_scaled(
			    acc, (double)c->x[(((size_t)n * s->h + iy) * s->w + ix) * s->cin + ci],
			    c->dy + (size_t)pixel * s->cout + co, width);
		}
		store(c->out + (size_t)row * s->cout + co, acc, width, c->accumulate);
	}
}

void direct_backward_weights(const struct conv_shape *s, const real *x, const real *dy, real *dw,
			     int accumulate)
{
	struct call c = {.s = s, .x = x, .dy = dy, .out = dw, .accumulate = accumulate};

	parallel_for(s->kh * s->kw * s->cin, backward_weights_row, &c);
}
