/* In parallel over images. */
#include "core/tensor/kernels/pool.h"

#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/memory.h"

/* A job whose parts are images. */
struct maxpool {
	struct pool_shape s;
	const real *x, *dy;
	real *y, *dx;
	uint8_t *where;
	const uint8_t *from;
	int accumulate;
};

/* Finds the input pixel at position p of the window of output (i, j). Returns 0 if it lies outside
 * the image. */
static int window_pixel(const struct pool_shape *m, int i, int j, int p, size_t *at)
{
	int row = i * m->stride - m->padding + p / m->kernel;
	int col = j * m->stride - m->padding + p % m->kernel;

	if (row < 0 || row >= m->h || col < 0 || col >= m->w)
		return 0;
	*at = ((size_t)row * (size_t)m->w + (size_t)col) * (size_t)m->c;
	return 1;
}

static void max_pixel(const struct pool_shape *m, const real *x, int i, int j, real *y,
		      uint8_t *where)
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
	const struct maxpool *job = ctx;
	const struct pool_shape *m = &job->s;
	size_t in = (size_t)m->h * (size_t)m->w * (size_t)m->c;
	size_t out = (size_t)m->oh * (size_t)m->ow * (size_t)m->c;

	for (int i = 0; i < m->oh; i++)
		for (int j = 0; j < m->ow; j++) {
			size_t at = (size_t)n * out + (size_t)(i * m->ow + j) * (size_t)m->c;

			max_pixel(m, job->x + (size_t)n * in, i, j, job->y + at, job->where + at);
		}
}

static void maxpool_image_grad(void *ctx, int n)
{
	const struct maxpool *job = ctx;
	const struct pool_shape *m = &job->s;
	size_t in = (size_t)m->h * (size_t)m->w * (size_t)m->c;
	size_t at = (size_t)n * (size_t)m->oh * (size_t)m->ow * (size_t)m->c;
	real *dx = job->dx + (size_t)n * in;
	size_t to;

	if (!job->accumulate)
		memset(dx, 0, in * sizeof *dx);
	for (int i = 0; i < m->oh; i++)
		for (int j = 0; j < m->ow; j++, at += (size_t)m->c)
			for (int c = 0; c < m->c; c++) {
				int p = job->from[at + (size_t)c];

				if (window_pixel(m, i, j, p, &to))
					dx[to + (size_t)c] += job->dy[at + (size_t)c];
			}
}

void maxpool_forward(const struct pool_shape *s, const struct tensor *x, struct tensor *y,
		     uint8_t *where)
{
	struct maxpool m = {.s = *s, .x = x->mem->data, .y = y->mem->data, .where = where};

	parallel_for(x->shape[0], maxpool_image, &m);
}

void maxpool_backward(const struct pool_shape *s, const struct tensor *dy, const uint8_t *where,
		      struct tensor *dx, int accumulate)
{
	struct maxpool m = {.s = *s,
			    .dy = dy->mem->data,
			    .dx = dx->mem->data,
			    .from = where,
			    .accumulate = accumulate};

	parallel_for(dy->shape[0], maxpool_image_grad, &m);
}

/* A job whose parts are images. */
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

static size_t pixels_of(const struct tensor *x)
{
	return (size_t)x->shape[1] * (size_t)x->shape[2];
}

void avgpool_forward(const struct tensor *x, struct tensor *y)
{
	struct avgpool a = {
	    .from = x->mem->data, .to = y->mem->data, .c = x->shape[3], .pixels = pixels_of(x)};

	parallel_for(x->shape[0], avgpool_image, &a);
}

void avgpool_backward(const struct tensor *dy, struct tensor *dx, int accumulate)
{
	struct avgpool a = {.from = dy->mem->data,
			    .to = dx->mem->data,
			    .c = dx->shape[3],
			    .pixels = pixels_of(dx),
			    .accumulate = accumulate};

	parallel_for(dy->shape[0], avgpool_image_grad, &a);
}
