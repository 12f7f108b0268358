#include "core/methods/correlation.h"

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"

enum { COLUMNS = 64, ROWS = 16 };

/* diagonal[j] = sum_n a_nj b_nj / m, in double, since 1 - C_ii is a difference of close numbers. */
static void diagonal_chunk(void *ctx, int chunk)
{
	struct correlation *x = ctx;
	const int from = chunk * COLUMNS, d = x->d;
	const int width = d - from < COLUMNS ? d - from : COLUMNS;
	double sum[COLUMNS] = {0};

	for (int i = 0; i < x->n; i++) {
		const real *a = x->a + (size_t)i * (size_t)d + from;
		const real *b = x->b + (size_t)i * (size_t)d + from;

		for (int j = 0; j < width; j++)
			sum[j] += (double)a[j] * (double)b[j];
	}
	for (int j = 0; j < width; j++)
		x->diagonal[from + j] = sum[j] / x->m;
}

static real *gram(struct tape *t, const real *a, int n, int d, double m)
{
	real *k = tape_alloc(t, (size_t)n * (size_t)n * sizeof *k);

	gemm(0, 1, n, n, d, (real)(1 / m), a, d, a, d, 0, k, n);
	return k;
}

void correlation_init(struct correlation *x, struct tape *t, const struct tensor *a,
		      const struct tensor *b, double m)
{
	const int n = (int)tensor_rows(a), d = tensor_cols(a);
	const size_t nn = (size_t)n * (size_t)n, dd = (size_t)d * (size_t)d;

	*x = (struct correlation){.n = n, .d = d, .m = m, .a = a->data, .b = b->data};
	x->diagonal = tape_alloc(t, (size_t)d * sizeof *x->diagonal);
	x->column = tape_alloc(t, (size_t)d * sizeof *x->column);
	parallel_for((d + COLUMNS - 1) / COLUMNS, diagonal_chunk, x);
	if (n < d) {
		x->gram_a = gram(t, x->a, n, d, m);
		x->gram_b = x->b == x->a ? x->gram_a : gram(t, x->b, n, d, m);
		x->off = dot(x->gram_a, x->gram_b, nn);
		for (int j = 0; j < d; j++)
			x->off -= x->diagonal[j] * x->diagonal[j];
		return;
	}
	x->c = tape_alloc(t, dd * sizeof *x->c);
	gemm(1, 0, d, d, n, (real)(1 / m), x->a, d, x->b, d, 0, x->c, d);
	for (int j = 0; j < d; j++)
		x->c[(size_t)j * (size_t)d + (size_t)j] = 0;
	x->off = dot(x->c, x->c, dd);
}

/* g_nj += other_nj column_j: the gradient that A (or B) receives through the diagonal. */
struct diagonal_job {
	const struct correlation *x;
	const real *other;
	real *g;
};

static void diagonal_grad_chunk(void *ctx, int chunk)
{
	const struct diagonal_job *s = ctx;
	const int d = s->x->d, from = chunk * ROWS;
	const int to = from + ROWS < s->x->n ? from + ROWS : s->x->n;
	const real *restrict column = s->x->column;

	for (int i = from; i < to; i++) {
		const real *restrict other = s->other + (size_t)i * (size_t)d;
		real *restrict g = s->g + (size_t)i * (size_t)d;

		for (int j = 0; j < d; j++)
			g[j] += other[j] * column[j];
	}
}

/* The gradient through the Gram matrices is that of the whole ||C||^2, so the diagonal's part is
 * subtracted here. */
static void diagonal_grad_add(const struct correlation *x, double off_grad,
			      const double *diagonal_grad, const real *other, real *g)
{
	struct diagonal_job s = {x, other, g};

	for (int j = 0; j < x->d; j++) {
		double e = diagonal_grad[j] - (x->c ? 0 : 2 * off_grad * x->diagonal[j]);

		x->column[j] = (real)(e / x->m);
	}
	parallel_for((x->n + ROWS - 1) / ROWS, diagonal_grad_chunk, &s);
}

/* dA = 2/m (B B^T / m) A    or    2/m B C_off^T */
void correlation_grad_a(const struct correlation *x, double off_grad, const double *diagonal_grad,
			int beta, real *ga)
{
	const real s = (real)(2 * off_grad / x->m);
	const int n = x->n, d = x->d;

	if (x->c)
		gemm(0, 1, n, d, d, s, x->b, d, x->c, d, (real)beta, ga, d);
	else
		gemm(0, 0, n, d, n, s, x->gram_b, n, x->a, d, (real)beta, ga, d);
	diagonal_grad_add(x, off_grad, diagonal_grad, x->b, ga);
}

/* dB = 2/m (A A^T / m) B    or    2/m A C_off */
void correlation_grad_b(const struct correlation *x, double off_grad, const double *diagonal_grad,
			int beta, real *gb)
{
	const real s = (real)(2 * off_grad / x->m);
	const int n = x->n, d = x->d;

	if (x->c)
		gemm(0, 0, n, d, d, s, x->a, d, x->c, d, (real)beta, gb, d);
	else
		gemm(0, 0, n, d, n, s, x->gram_a, n, x->b, d, (real)beta, gb, d);
	diagonal_grad_add(x, off_grad, diagonal_grad, x->a, gb);
}
