/* Protects: the standard deviation that distinguishes a collapsed run from a healthy one. */
#include "core/eval/collapse.h"
#include "core/tensor/kernels/collapse_std.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/tensor/safetensors.h"
#include "tests/check.h"

enum { N = 200, D = 70 };

static void random_embeddings(real *z)
{
	struct rng r;

	rng_init(&r, 4, RNG_TEST, 0, 0);
	for (int i = 0; i < N * D; i++)
		z[i] = (real)rng_normal(&r);
}

static void test_range(void)
{
	static real z[N * D];
	struct arena a = ARENA_INIT;
	double std, again;

	random_embeddings(z);
	parallel_set_threads(1);
	std = collapse_std(z, N, D, &a);
	CU_ASSERT_DOUBLE_EQUAL(std, 1 / sqrt(D), 0.02 / sqrt(D));
	parallel_set_threads(3);
	again = collapse_std(z, N, D, &a);
	CU_ASSERT_EQUAL(memcmp(&std, &again, sizeof std), 0);
	for (int i = 0; i < N * D; i++) /* one direction, different lengths */
		z[i] = (real)((i % D + 1) * 0.5 * (1 + i / D));
	CU_ASSERT(collapse_std(z, N, D, &a) < 1e-6);
	memset(z, 0, sizeof z);
	CU_ASSERT_EQUAL(collapse_std(z, N, D, &a), 0);
	z[5] = NAN;
	CU_ASSERT(isnan(collapse_std(z, N, D, &a)));
	arena_release(&a);
}

/* tests/golden checks the other measures in the file. */
static void test_reference(void)
{
	const char *source = getenv("SSL_SOURCE_DIR");
	char path[4096];
	struct safetensors st;
	struct arena a = ARENA_INIT;
	const struct st_entry *z, *std;
	double *v, want;
	real *x;

	snprintf(path, sizeof path, "%s/tests/golden/collapse.safetensors", source ? source : ".");
	CU_ASSERT_EQUAL_FATAL(st_open(path, &st, NULL), 0);
	z = st_find(&st, "in.z1");
	std = st_find(&st, "out.std");
	CU_ASSERT_FATAL(z && std);
	v = arena_alloc(&a, z->n * sizeof *v);
	x = arena_alloc(&a, z->n * sizeof *x);
	st_to_double(z, v);
	st_to_double(std, &want);
	for (size_t i = 0; i < z->n; i++)
		x[i] = (real)v[i];
	CU_ASSERT_DOUBLE_EQUAL(collapse_std(x, (int)z->shape[0], (int)z->shape[1], &a), want,
			       1e-5 * want);
	st_close(&st);
	arena_release(&a);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"1/sqrt(d) if spread, 0 if collapsed, NaN if not finite", test_range},
	    {"std equals the reference", test_reference},
	    {0}};

	return check_run("eval/collapse", cases);
}
