/*
 * |x - y|^2 = x.x + y.y - 2 x.y, so all distances follow from one Gram matrix, of which one block
 * of rows at a time is in memory. x.x is 1, or less if the norm of the embedding was floored.
 */
#include <math.h>

#include "core/base/parallel.h"
#include "core/eval/collapse.h"
#include "core/tensor/kernels/product.h"

enum { ROWS = 64 };

struct rows {
	const real *x;
	double *unit;
	int n, d;
	double *square; /* |unit|^2 */
};

/* The norm is floored at 1e-12, as in torch's normalize. */
static void unit_chunk(void *ctx, int chunk)
{
	const struct rows *r = ctx;
	const int to = (chunk + 1) * ROWS < r->n ? (chunk + 1) * ROWS : r->n;

	for (int i = chunk * ROWS; i < to; i++) {
		const real *x = r->x + (size_t)i * (size_t)r->d;
		double *u = r->unit + (size_t)i * (size_t)r->d, norm = 0, floored;

		for (int j = 0; j < r->d; j++)
			norm += (double)x[j] * (double)x[j];
		norm = sqrt(norm);
		floored = norm < 1e-12 ? 1e-12 : norm;
		for (int j = 0; j < r->d; j++)
			u[j] = (double)x[j] / floored;
		r->square[i] = norm / floored * (norm / floored);
	}
}

static struct rows unit_rows(const real *x, int n, int d, struct arena *scratch)
{
	struct rows r = {x, NULL, n, d, NULL};

	r.unit = arena_alloc(scratch, (size_t)n * (size_t)d * sizeof *r.unit);
	r.square = arena_alloc(scratch, (size_t)n * sizeof *r.square);
	parallel_for((n + ROWS - 1) / ROWS, unit_chunk, &r);
	return r;
}

double collapse_alignment(const real *x, const real *y, int n, int d, struct arena *scratch)
{
	const struct rows a = unit_rows(x, n, d, scratch), b = unit_rows(y, n, d, scratch);
	double sum = 0;

	for (size_t i = 0; i < (size_t)n * (size_t)d; i++)
		sum += (a.unit[i] - b.unit[i]) * (a.unit[i] - b.unit[i]);
	return sum / n;
}

struct pairs {
	struct rows of;
	double *cosine; /* ROWS x n per thread */
	double *part;   /* the sum of each block of rows */
};

static void pairs_chunk(void *ctx, int chunk)
{
	const struct pairs *p = ctx;
	const struct rows *r = &p->of;
	const int first = chunk * ROWS, rows = r->n - first < ROWS ? r->n - first : ROWS;
	double *c = p->cosine + (size_t)parallel_id() * ROWS * (size_t)r->n, sum = 0;

	product_rows(0, 1, r->n, r->n, r->d, r->unit, r->unit, first, rows, c);
	for (int i = 0; i < rows; i++)
		for (int j = first + i + 1; j < r->n; j++)
			sum += exp(-2 * (r->square[first + i] + r->square[j] -
					 2 * c[(size_t)i * (size_t)r->n + (size_t)j]));
	p->part[chunk] = sum;
}

double collapse_uniformity(const real *x, int n, int d, struct arena *scratch)
{
	const int chunks = (n + ROWS - 1) / ROWS;
	struct pairs p = {unit_rows(x, n, d, scratch), NULL, NULL};
	double sum = 0;

	p.cosine =
	    arena_alloc(scratch, (size_t)parallel_threads() * ROWS * (size_t)n * sizeof *p.cosine);
	p.part = arena_alloc(scratch, (size_t)chunks * sizeof *p.part);
	parallel_for(chunks, pairs_chunk, &p);
	for (int i = 0; i < chunks; i++)
		sum += p.part[i];
	return log(2 * sum / ((double)n * (n - 1)));
}
