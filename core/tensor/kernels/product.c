#include "core/tensor/kernels/product.h"

#include <stddef.h>

#include "core/base/parallel.h"
#include "core/tensor/kernels/blas.h"

enum { ROWS = 64 }; /* per block */

void product_rows(int ta, int tb, int m, int n, int k, const double *a, const double *b, int first,
		  int rows, double *c)
{
	const double *from = a + (size_t)first * (size_t)(ta ? 1 : k);

	blas_dgemm(ta, tb, rows, n, k, 1, from, ta ? m : k, b, tb ? k : n, 0, c, n);
}

struct job {
	int ta, tb, m, n, k;
	const double *a, *b;
	double *c;
};

static void block(void *ctx, int chunk)
{
	const struct job *j = ctx;
	const int first = chunk * ROWS, rows = j->m - first < ROWS ? j->m - first : ROWS;

	product_rows(j->ta, j->tb, j->m, j->n, j->k, j->a, j->b, first, rows,
		     j->c + (size_t)first * (size_t)j->n);
}

void product(int ta, int tb, int m, int n, int k, const double *a, const double *b, double *c)
{
	struct job j = {ta, tb, m, n, k, a, b, c};

	parallel_for((m + ROWS - 1) / ROWS, block, &j);
}
