#include "core/tensor/kernels/correlation.h"

#include "core/base/parallel.h"
#include "core/tensor/kernels/gemm.h"
#include "core/tensor/memory.h"

enum { COLUMNS = 64, ROWS = 16 };

/* diagonal[j] = sum_n a_nj b_nj / m, in double, since 1 - C_ii is a difference of close numbers. */
static void diagonal_range(void *ctx, const struct range *r)
{
	struct correlation *x = ctx;
	const int from = (int)r->from, d = x->d, width = (int)(r->to - r->from);
	double sum[COLUMNS] = {0};

	for (int i = 0; i < x->n; i++) {
		const real *a = x->a->mem->data + (size_t)i * (size_t)d + from;
		const real *b = x->b->mem->data + (size_t)i * (size_t)d + from;

		for (int j = 0; j < width; j++)
			sum[j] += (double)a[j] * (double)b[j];
	}
	for (int j = 0; j < width; j++)
		x->diagonal[from + j] = sum[j] / x->m;
}

static real *gram(struct tape *t, const struct tensor *a, int n, int d, double m)
{
	real *k = tape_values(t, (size_t)n * (size_t)n * sizeof *k);

	gemm(0, 1, n, n, d, (real)(1 / m), a->mem->data, d, a->mem->data, d, 0, k, n);
	return k;
}

void correlation_init(struct correlation *x, struct tape *t, const struct tensor *a,
		      const struct tensor *b, double m)
{
	const int n = (int)tensor_rows(a), d = tensor_cols(a);
	const size_t nn = (size_t)n * (size_t)n, dd = (size_t)d * (size_t)d;

	*x = (struct correlation){.n = n, .d = d, .m = m, .a = a, .b = b};
	x->off = tape_scalar(t);
	x->diagonal = tape_values(t, (size_t)d * sizeof *x->diagonal);
	x->column = tape_values(t, (size_t)d * sizeof *x->column);
	parallel_range(1, (size_t)d, COLUMNS, diagonal_range, x);
	if (n < d) {
		x->gram_a = gram(t, x->a, n, d, m);
		x->gram_b = b == a ? x->gram_a : gram(t, x->b, n, d, m);
		*x->off = dot(x->gram_a, x->gram_b, nn);
		for (int j = 0; j < d; j++)
			*x->off -= x->diagonal[j] * x->diagonal[j];
		return;
	}
	x->c = tape_values(t, dd * sizeof *x->c);
	gemm(1, 0, d, d, n, (real)(1 / m), a->mem->data, d, b->mem->data, d, 0, x->c, d);
	for (int j = 0; j < d; j++)
		x->c[(size_t)j * (size_t)d + (size_t)j] = 0;
	*x->off = dot(x->c, x->c, dd);
}

void correlation_slopes_init(struct correlation_slopes *s, struct tape *t, int d)
{
	s->off = tape_values(t, sizeof *s->off);
	s->diagonal = tape_values(t, (size_t)d * sizeof *s->diagonal);
}

/* g_nj += other_nj column_j: the gradient that A (or B) receives through the diagonal. */
struct diagonal_job {
	const struct correlation *x;
	const real *other;
	real *g;
};

static void diagonal_grad_range(void *ctx, const struct range *r)
{
	const struct diagonal_job *s = ctx;
	const int d = s->x->d;
	const real *restrict column = s->x->column;

	for (size_t i = r->from; i < r->to; i++) {
		const real *restrict other = s->other + i * (size_t)d;
		real *restrict g = s->g + i * (size_t)d;

		for (int j = 0; j < d; j++)
			g[j] += other[j] * column[j];
	}
}

/* The gradient through the Gram matrices is that of the whole ||C||^2, so the diagonal's part is
 * subtracted here. */
static void diagonal_grad_add(const struct correlation *x, const struct correlation_slopes *slopes,
			      const struct tensor *other, struct tensor *g)
{
	struct diagonal_job s = {x, other->mem->data, g->mem->data};

	for (int j = 0; j < x->d; j++) {
		double e = slopes->diagonal[j] - (x->c ? 0 : 2 * *slopes->off * x->diagonal[j]);

		x->column[j] = (real)(e / x->m);
	}
	parallel_range(1, (size_t)x->n, ROWS, diagonal_grad_range, &s);
}

/* dA = 2/m (B B^T / m) A    or    2/m B C_off^T */
void correlation_grad_a(const struct correlation *x, const struct correlation_slopes *slopes,
			struct tensor *ga, int accumulate)
{
	const real s = (real)(2 * *slopes->off / x->m), beta = (real)accumulate;
	const int n = x->n, d = x->d;

	if (x->c)
		gemm(0, 1, n, d, d, s, x->b->mem->data, d, x->c, d, beta, ga->mem->data, d);
	else
		gemm(0, 0, n, d, n, s, x->gram_b, n, x->a->mem->data, d, beta, ga->mem->data, d);
	diagonal_grad_add(x, slopes, x->b, ga);
}

/* dB = 2/m (A A^T / m) B    or    2/m A C_off */
void correlation_grad_b(const struct correlation *x, const struct correlation_slopes *slopes,
			struct tensor *gb, int accumulate)
{
	const real s = (real)(2 * *slopes->off / x->m), beta = (real)accumulate;
	const int n = x->n, d = x->d;

	if (x->c)
		gemm(0, 0, n, d, d, s, x->a->mem->data, d, x->c, d, beta, gb->mem->data, d);
	else
		gemm(0, 0, n, d, n, s, x->gram_a, n, x->b->mem->data, d, beta, gb->mem->data, d);
	diagonal_grad_add(x, slopes, x->a, gb);
}
