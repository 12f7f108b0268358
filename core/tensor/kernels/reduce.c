#include "core/tensor/kernels/reduce.h"

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"
#include "core/tensor/memory.h"

enum { GRAIN = 1 << 14 };

struct sum {
	const real *x;
	int squares;
	double *part;
};

static void sum_range(void *ctx, const struct range *r)
{
	const struct sum *j = ctx;
	const real *x = j->x + r->from;
	size_t n = r->to - r->from;
	double sum = 0;

	if (j->squares)
		sum = dot(x, x, n);
	else
		for (size_t k = 0; k < n; k++)
			sum += (double)x[k];
	j->part[r->chunk] = sum;
}

size_t sum_scratch(size_t n)
{
	return (size_t)parallel_chunks(n, GRAIN) * sizeof(double);
}

static double sum_of(const struct tensor *x, int squares, double *part)
{
	struct sum j = {x->mem->data, squares, part};
	double sum = 0;

	parallel_range(1, x->n, GRAIN, sum_range, &j);
	for (int i = 0; i < parallel_chunks(x->n, GRAIN); i++)
		sum += part[i];
	return sum;
}

void sum_forward(const struct tensor *x, double divisor, void *scratch, struct tensor *y)
{
	y->mem->data[0] = (real)(sum_of(x, 0, scratch) / divisor);
}

void sum_squares_forward(const struct tensor *x, void *scratch, struct tensor *y)
{
	y->mem->data[0] = (real)sum_of(x, 1, scratch);
}

/* dx (+)= a x + b. With a = 0 the product still carries a NaN of x on. */
struct affine {
	real *dx;
	const real *x;
	real a, b;
	int accumulate;
};

static void affine_range(void *ctx, const struct range *r)
{
	const struct affine *j = ctx;

	for (size_t k = r->from; k < r->to; k++)
		j->dx[k] = (j->accumulate ? j->dx[k] : 0) + (j->a * j->x[k] + j->b);
}

static void affine(const struct tensor *x, real a, real b, struct tensor *dx, int accumulate)
{
	struct affine j = {dx->mem->data, x->mem->data, a, b, accumulate};

	parallel_range(1, x->n, GRAIN, affine_range, &j);
}

void sum_backward(const struct tensor *x, const struct tensor *dy, real divisor, struct tensor *dx,
		  int accumulate)
{
	affine(x, 0, dy->mem->data[0] / divisor, dx, accumulate);
}

void sum_squares_backward(const struct tensor *x, const struct tensor *dy, struct tensor *dx,
			  int accumulate)
{
	affine(x, 2 * dy->mem->data[0], 0, dx, accumulate);
}
