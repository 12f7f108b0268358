/* Pooling over pixels, in parallel over images. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/ops/ops.h"

/* y[n,i,j,c] = max of x over the window at (i stride - padding, j stride - padding). For the
 * backward pass, `where` stores the position of the maximum in the window (the first one if several
 * are equal). */
struct maxpool {
	int h, w, c, oh, ow; /* input, channels, output */
	int kernel, stride, padding;
	const real *x, *dy;
	real *y, *dx;
	uint8_t *where;
	int accumulate;
};

/* Finds the input pixel at position p of the window of output (i, j). Returns 0 if it lies outside
 * the image. */
static int window_pixel(const struct maxpool *m, int i, int j, int p, size_t *at)
{
	int row = i * m->stride - m->padding + p / m->kernel;
	int col = j * m->stride - m->padding + p % m->kernel;

	if (row < 0 || row >= m->h || col < 0 || col >= m->w)
		return 0;
	*at = ((size_t)row * (size_t)m->w + (size_t)col) * (size_t)m->c;
	return 1;
}

static void max_pixel(const struct maxpool *m, const real *x, int i, int j, real *y, uint8_t *where)
{
	for (int c = 0; c < m->c; c++) {
		y[c] = -INFINITY;
		where[c] = 0;
	}
	for (int p = 0; p < m->kernel * m->kernel; p++) {
		size_t at;

		if (!window_pixel(m, i, j, p, &at))
			continue;
		for (int c = 0; c < m->c; c++) {
			real v = x[at + (size_t)c];
			int better = v > y[c] || v != v; /* NaN counts as larger */

			y[c] = better ? v : y[c];
			where[c] = better ? (uint8_t)p : where[c];
		}
	}
}

static void maxpool_image(void *ctx, int n)
{
	const struct maxpool *m = ctx;
	size_t in = (size_t)m->h * (size_t)m->w * (size_t)m->c;
	size_t out = (size_t)m->oh * (size_t)m->ow * (size_t)m->c;

	for (int i = 0; i < m->oh; i++)
		for (int j = 0; j < m->ow; j++) {
			size_t at = (size_t)n * out + (size_t)(i * m->ow + j) * (size_t)m->c;

			max_pixel(m, m->x + (size_t)n * in, i, j, m->y + at, m->where + at);
		}
}

static void maxpool_image_grad(void *ctx, int n)
{
	const struct maxpool *m = ctx;
	size_t in = (size_t)m->h * (size_t)m->w * (size_t)m->c;
	size_t at = (size_t)n * (size_t)m->oh * (size_t)m->ow * (size_t)m->c;
	real *dx = m->dx + (size_t)n * in;
	size_t to;

	if (!m->accumulate)
		memset(dx, 0, in * sizeof *dx);
	for (int i = 0; i < m->oh; i++)
		for (int j = 0; j < m->ow; j++, at += (size_t)m->c)
			for (int c = 0; c < m->c; c++) {
				int p = m->where[at + (size_t)c];

				if (window_pixel(m, i, j, p, &to))
					dx[to + (size_t)c] += m->dy[at + (size_t)c];
			}
}

static void maxpool_backward(struct tensor *out)
{
	struct maxpool *m = out->save;

	m->dy = out->grad;
	m->dx = tape_grad(out->in[0], &m->accumulate);
	parallel_for(out->shape[0], maxpool_image_grad, m);
}

static const struct op maxpool_op = {"maxpool", maxpool_backward};

struct tensor *op_maxpool(struct tape *t, struct tensor *x, int kernel, int stride, int padding)
{
	struct maxpool *m = arena_zalloc(&t->arena, sizeof *m);
	struct tensor *y;
	char text[64];

	if (x->ndim != 4 || kernel < 1 || kernel > 15 || stride < 1 || padding < 0 ||
	    2 * padding > kernel || x->shape[1] + 2 * padding < kernel ||
	    x->shape[2] + 2 * padding < kernel)
		BUG("maxpool %d/%d/%d of %s", kernel, stride, padding,
		    tensor_shape_text(x, text, sizeof text));
	*m = (struct maxpool){.h = x->shape[1],
			      .w = x->shape[2],
			      .c = x->shape[3],
			      .kernel = kernel,
			      .stride = stride,
			      .padding = padding};
	m->oh = (m->h + 2 * padding - kernel) / stride + 1;
	m->ow = (m->w + 2 * padding - kernel) / stride + 1;
	y = tensor_new4(&t->arena, x->shape[0], m->oh, m->ow, m->c);
	m->x = x->data;
	m->y = y->data;
	m->where = tape_alloc(t, y->n);
	parallel_for(x->shape[0], maxpool_image, m);
	tape_append(t, &maxpool_op, y, &x, 1);
	y->save = m;
	return y;
}

/* y[n,c] = mean over pixels of x[n,.,.,c];  dx[n,p,c] = dy[n,c] / pixels */
struct avgpool {
	const real *from;
	real *to;
	size_t pixels;
	int c, accumulate;
};

enum { LANES = 64 };

static void avgpool_image(void *ctx, int n)
{
	const struct avgpool *a = ctx;
	const real *x = a->from + (size_t)n * a->pixels * (size_t)a->c;

	for (int c = 0; c < a->c; c += LANES) {
		int lanes = a->c - c < LANES ? a->c - c : LANES;
		double sum[LANES] = {0};

		for (size_t p = 0; p < a->pixels; p++)
			for (int l = 0; l < lanes; l++)
				sum[l] += (double)x[p * (size_t)a->c + (size_t)(c + l)];
		for (int l = 0; l < lanes; l++)
			a->to[(size_t)n * (size_t)a->c + (size_t)(c + l)] =
			    (real)(sum[l] / (double)a->pixels);
	}
}

static void avgpool_image_grad(void *ctx, int n)
{
	const struct avgpool *a = ctx;
	const real *dy = a->from + (size_t)n * (size_t)a->c;
	real *dx = a->to + (size_t)n * a->pixels * (size_t)a->c;
	real s = 1 / (real)a->pixels;

	for (size_t p = 0; p < a->pixels; p++, dx += a->c)
		for (int c = 0; c < a->c; c++)
			dx[c] = (a->accumulate ? dx[c] : 0) + s * dy[c];
}

static void avgpool_backward(struct tensor *out)
{
	struct tensor *x = out->in[0];
	struct avgpool a = {.from = out->grad,
			    .c = out->shape[1],
			    .pixels = (size_t)x->shape[1] * (size_t)x->shape[2]};

	a.to = tape_grad(x, &a.accumulate);
	parallel_for(out->shape[0], avgpool_image_grad, &a);
}

static const struct op avgpool_op = {"avgpool", avgpool_backward};

struct tensor *op_avgpool_global(struct tape *t, struct tensor *x)
{
	struct avgpool a = {
	    .from = x->data, .c = x->shape[3], .pixels = (size_t)x->shape[1] * (size_t)x->shape[2]};
	struct tensor *y;

	if (x->ndim != 4 || !a.pixels)
		BUG("global pooling of a tensor of %d dimensions", x->ndim);
	y = tensor_new2(&t->arena, x->shape[0], a.c);
	a.to = y->data;
	parallel_for(x->shape[0], avgpool_image, &a);
	return tape_append(t, &avgpool_op, y, &x, 1);
}
