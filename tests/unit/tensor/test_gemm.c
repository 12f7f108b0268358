/* Protects: the matrix products, and that their bits do not depend on the number of threads. */
#include "core/tensor/kernels/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/tensor/kernels/blas.h"
#include "tests/check.h"

static const double tolerance = REAL_IS_DOUBLE ? 1e-13 : 2e-6;

static real *random_values(size_t n, uint64_t sample)
{
	real *v = xmalloc(n * sizeof *v);
	struct rng r;

	rng_init(&r, 7, RNG_TEST, 0, sample);
	for (size_t i = 0; i < n; i++)
		v[i] = (real)rng_u32(&r) * (real)0x1p-31 - 1;
	return v;
}

struct shape {
	int m, n, k;
};

static const struct shape shapes[] = {
    {1, 1, 1},      {3, 5, 7},       {6, 16, 32},    {13, 17, 29},   {64, 64, 64},
    {4099, 16, 16}, {1003, 37, 144}, {777, 64, 32},  {300, 200, 65}, {16, 16, 9000},
    {40, 33, 5001}, {144, 16, 4096}, {300, 530, 20}, {64, 1000, 1},  {2000, 10, 128},
    {7, 64, 300},   {4000, 3, 5},    {500, 128, 64}, {5, 1030, 99},
};

/* ||got - ref|| / ||ref||, where ref is computed by three loops in double; padding between rows
 * must be unchanged. */
static double error_of(struct shape s, int ta, int tb, real alpha, real beta)
{
	int lda = (ta ? s.m : s.k) + 3, ldb = (tb ? s.k : s.n) + 1, ldc = s.n + 2;
	size_t nc = (size_t)s.m * (size_t)ldc;
	real *a = random_values((size_t)(ta ? s.k : s.m) * (size_t)lda, 1);
	real *b = random_values((size_t)(tb ? s.n : s.k) * (size_t)ldb, 2);
	real *c = random_values(nc, 3), *old = random_values(nc, 3);
	double diff = 0, norm = 0;

	if (beta == 0)
		for (size_t i = 0; i < nc; i++)
			c[i] = NAN;
	gemm(ta, tb, s.m, s.n, s.k, alpha, a, lda, b, ldb, beta, c, ldc);
	for (int i = 0; i < s.m; i++) {
		for (int j = 0; j < s.n; j++) {
			double sum = 0, got = c[i * ldc + j];

			for (int l = 0; l < s.k; l++)
				sum += (double)(ta ? a[l * lda + i] : a[i * lda + l]) *
				       (double)(tb ? b[j * ldb + l] : b[l * ldb + j]);
			sum = alpha * sum + (beta == 0 ? 0 : beta * old[i * ldc + j]);
			diff += (got - sum) * (got - sum);
			norm += sum * sum;
		}
		for (int j = s.n; j < ldc; j++)
			if (beta != 0 && c[i * ldc + j] != old[i * ldc + j])
				diff = INFINITY;
	}
	free(a);
	free(b);
	free(c);
	free(old);
	return sqrt(diff / norm);
}

static void test_against_loops(void)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int t = 0; t < 4; t++) {
			double e = error_of(shapes[i], t & 1, t >> 1, 1, 0);
			double f = error_of(shapes[i], t & 1, t >> 1, (real)0.5, (real)-2);
			double g = error_of(shapes[i], t & 1, t >> 1, 1, 1);

			if (!(e <= tolerance) || !(f <= tolerance) || !(g <= tolerance))
				printf("m %d n %d k %d ta %d tb %d: %g %g %g\n", shapes[i].m,
				       shapes[i].n, shapes[i].k, t & 1, t >> 1, e, f, g);
			CU_ASSERT(g <= tolerance);
			CU_ASSERT(e <= tolerance);
			CU_ASSERT(f <= tolerance);
		}
}

static void test_same_bits_at_any_threads(void)
{
	int before = parallel_threads();

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct shape s = shapes[i];
		size_t nc = (size_t)s.m * (size_t)s.n;
		real *a = random_values((size_t)s.m * (size_t)s.k, 4);
		real *b = random_values((size_t)s.k * (size_t)s.n, 5);
		real *one = random_values(nc, 6), *more = random_values(nc, 6);

		for (int t = 0; t < 4; t++) {
			int lda = t & 1 ? s.m : s.k, ldb = t >> 1 ? s.k : s.n;

			parallel_set_threads(1);
			gemm(t & 1, t >> 1, s.m, s.n, s.k, 1, a, lda, b, ldb, 0, one, s.n);
			for (int threads = 2; threads <= 3; threads++) {
				parallel_set_threads(threads);
				gemm(t & 1, t >> 1, s.m, s.n, s.k, 1, a, lda, b, ldb, 0, more, s.n);
				CU_ASSERT(!memcmp(one, more, nc * sizeof *one));
			}
		}
		free(a);
		free(b);
		free(one);
		free(more);
	}
	parallel_set_threads(before);
}

static void test_empty(void)
{
	real a[4] = {1, 2, 3, 4}, c[4] = {5, 6, 7, 8};

	gemm(0, 0, 0, 2, 2, 1, a, 2, a, 2, 0, c, 2);
	CU_ASSERT_EQUAL(c[0], 5);
	gemm(0, 0, 2, 2, 0, 1, a, 2, a, 2, 0, c, 2); /* an empty sum is 0 */
	CU_ASSERT(c[0] == 0 && c[3] == 0);
}

static void test_dot(void)
{
	size_t n = 100003;
	real *a = random_values(n, 8), *b = random_values(n, 9);
	long double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (long double)a[i] * b[i];
	CU_ASSERT_DOUBLE_EQUAL(dot(a, b, n), (double)sum, 1e-9);
	CU_ASSERT_EQUAL(dot(a, b, 0), 0);
	CU_ASSERT(*blas_name() != 0);
	free(a);
	free(b);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"gemm equals three loops, all transposes, strides, alpha and beta",
	     test_against_loops},
	    {"gemm gives the same bits at 1, 2 and 3 threads", test_same_bits_at_any_threads},
	    {"gemm of empty matrices", test_empty},
	    {"dot sums in double", test_dot},
	    {0}};

	return check_run("tensor/gemm", cases);
}
