/*
 * Protects: the cross-correlation and its gradients, computed from the Gram matrices and from C
 * itself, compared with the definition, also for B = A; and that the shape determines which of the
 * two is used.
 */
#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/tensor/kernels/correlation.h"
#include "core/base/error.h"
#include "core/tensor/memory.h"
#include "tests/check.h"

static struct tensor *random_matrix(struct tensor_arena *a, int n, int d, uint64_t sample)
{
	struct tensor *t = tensor_new2(a, n, d);
	struct rng r;

	rng_init(&r, 1, RNG_TEST, 7, sample);
	for (size_t i = 0; i < t->n; i++)
		t->mem->data[i] = (real)rng_normal(&r);
	return t;
}

static const double start = 0.0625; /* initial value of a gradient that is added to */

/* C_ij by its definition. */
static double element(const struct tensor *a, const struct tensor *b, int i, int j, double m)
{
	double sum = 0;
	int d = a->shape[1];

	for (int n = 0; n < a->shape[0]; n++)
		sum += (double)a->mem->data[n * d + i] * (double)b->mem->data[n * d + j];
	return sum / m;
}

/* d(off + sum_i e_i C_ii)/dA_nk = 1/m sum_j b_nj dL/dC_kj */
static double gradient(const struct tensor *a, const struct tensor *b, int n, int k, double m,
		       const double *e)
{
	int d = a->shape[1];
	double sum = 0;

	for (int j = 0; j < d; j++)
		sum +=
		    (double)b->mem->data[n * d + j] * (j == k ? e[k] : 2 * element(a, b, k, j, m));
	return sum / m;
}

static void compare(const struct tensor *a, const struct tensor *b, const double *e, double m,
		    int beta, const real *got)
{
	double diff = 0, norm = 0;
	int d = a->shape[1];

	for (int n = 0; n < a->shape[0]; n++) {
		for (int k = 0; k < d; k++) {
			double want = gradient(a, b, n, k, m, e);
			double x = (double)got[n * d + k] - (beta ? start : 0);

			diff += (x - want) * (x - want);
			norm += want * want;
		}
	}
	CU_ASSERT(sqrt(diff / norm) < (REAL_IS_DOUBLE ? 1e-13 : 2e-6));
}

static void check_shape(int n, int d, int same)
{
	struct correlation x;
	struct tensor *a, *b;
	struct tape t;
	double m = n - 1, off = 0, one = 1, e[128];
	struct correlation_slopes slopes = {&one, e};
	struct tensor *g;

	tape_init(&t, &device_cpu);
	a = random_matrix(&t.arena, n, d, 1);
	b = same ? a : random_matrix(&t.arena, n, d, 2);
	correlation_init(&x, &t, a, b, m);
	CU_ASSERT((x.c == NULL) == (n < d) && (x.gram_a != NULL) == (n < d));
	for (int i = 0; i < d; i++) {
		e[i] = cos(i);
		CU_ASSERT_DOUBLE_EQUAL(x.diagonal[i], element(a, b, i, i, m), 1e-12);
		for (int j = 0; j < d; j++)
			off += i == j ? 0 : pow(element(a, b, i, j, m), 2);
	}
	CU_ASSERT_DOUBLE_EQUAL(*x.off / off, 1, REAL_IS_DOUBLE ? 1e-12 : 2e-6);
	g = tensor_new2(&t.arena, n, d);
	for (int beta = 0; beta < 2; beta++) {
		for (size_t i = 0; i < a->n; i++)
			g->mem->data[i] = beta ? (real)start : (real)NAN;
		correlation_grad_a(&x, &slopes, g, beta);
		compare(a, b, e, m, beta, g->mem->data);
		for (size_t i = 0; i < a->n; i++)
			g->mem->data[i] = beta ? (real)start : (real)NAN;
		correlation_grad_b(&x, &slopes, g, beta);
		compare(b, a, e, m, beta, g->mem->data);
	}
	tape_release(&t);
}

static void test_gram(void)
{
	check_shape(5, 6, 0);
	check_shape(17, 100, 0);
	check_shape(17, 100, 1);
}

static void test_direct(void)
{
	check_shape(6, 5, 0);
	check_shape(8, 8, 1);
	check_shape(70, 67, 0);
	check_shape(70, 67, 1);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"N < D, through Gram matrices", test_gram},
	    {"N >= D, through C", test_direct},
	    {0},
	};
	return check_run("tensor/correlation", cases);
}
