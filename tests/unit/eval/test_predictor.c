/* Protects: the measures of DirectPred's theory, on predictors with a known result. */
#include "core/eval/predictor.h"

#include <math.h>
#include <string.h>

#include "core/base/rng.h"
#include "tests/check.h"

enum { N = 500, D = 12 };

static void normal(real *x, int n, uint64_t sample)
{
	struct rng r;

	rng_init(&r, 12, RNG_TEST, 0, sample);
	for (int i = 0; i < n; i++)
		x[i] = (real)rng_normal(&r);
}

/* Inputs whose directions differ in variance, so that the eigenvalues of F are distinct. */
static void inputs(real *z)
{
	real mix[D * D], raw[N * D];

	normal(mix, D * D, 1);
	normal(raw, N * D, 2);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < D; j++) {
			z[i * D + j] = 0;
			for (int k = 0; k < D; k++)
				z[i * D + j] += raw[i * D + k] * mix[k * D + j] / (real)(1 + k);
		}
}

static void apply(const real *w, const real *z, real *p)
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < D; j++) {
			p[i * D + j] = 0;
			for (int k = 0; k < D; k++)
				p[i * D + j] += w[j * D + k] * z[i * D + k];
		}
}

/* W = F + 0.1: symmetric, with F's eigenvectors (DirectCopy). */
static void test_aligned(void)
{
	static real z[N * D];
	real w[D * D];
	struct arena s = ARENA_INIT;
	struct predictor_measures m;
	struct error err;
	double trace = 0;

	inputs(z);
	for (int i = 0; i < D; i++)
		for (int j = 0; j < D; j++) {
			double f = i == j ? 0.1 : 0;

			for (int k = 0; k < N; k++)
				f += (double)z[k * D + i] * (double)z[k * D + j] / N;
			w[i * D + j] = (real)f;
			trace += i == j ? f - 0.1 : 0;
		}
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, NULL, w, N, D, &s, &m, &err), 0);
	CU_ASSERT_EQUAL(m.kept, D);
	CU_ASSERT_DOUBLE_EQUAL(m.alignment, 1, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(m.asymmetry, 0, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(m.relative_commutator, 0, 1e-6);
	for (int j = 0; j < D; j++) {
		CU_ASSERT_DOUBLE_EQUAL(m.p[j], m.f[j] + 0.1, 1e-5);
		CU_ASSERT_DOUBLE_EQUAL(m.w[j], m.p[j], 1e-5);
		CU_ASSERT(j == 0 || m.f[j] <= m.f[j - 1]);
		trace -= m.f[j];
	}
	CU_ASSERT_DOUBLE_EQUAL(trace, 0, 1e-4);
	arena_release(&s);
}

/* A random W shares no eigenvectors with F; least squares recovers the same W from its outputs. */
static void test_random(void)
{
	static real z[N * D], p[N * D];
	real w[D * D];
	struct arena s = ARENA_INIT;
	struct predictor_measures a, b;
	struct error err;

	inputs(z);
	normal(w, D * D, 3);
	apply(w, z, p);
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, NULL, w, N, D, &s, &a, &err), 0);
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, p, NULL, N, D, &s, &b, &err), 0);
	CU_ASSERT(fabs(a.alignment) < 0.4);
	CU_ASSERT(a.asymmetry > 1 && a.asymmetry < 1.8);
	CU_ASSERT(a.relative_commutator > 0.1 && a.commutator > a.relative_commutator);
	CU_ASSERT_DOUBLE_EQUAL(a.alignment, b.alignment, 1e-3);
	CU_ASSERT_DOUBLE_EQUAL(a.asymmetry, b.asymmetry, 1e-3);
	CU_ASSERT_DOUBLE_EQUAL(a.commutator, b.commutator, 1e-3 * a.commutator);
	for (int j = 0; j < D; j++)
		CU_ASSERT_DOUBLE_EQUAL(a.w[j], b.w[j], 2e-3);
	arena_release(&s);
}

/* A skew-symmetric W has the largest asymmetry, and rotates every direction by a right angle. */
static void test_edges(void)
{
	static real z[N * D];
	real w[D * D] = {0};
	struct arena s = ARENA_INIT;
	struct predictor_measures m;
	struct error err;

	inputs(z);
	for (int i = 0; i < D; i += 2) {
		w[i * D + i + 1] = 1;
		w[(i + 1) * D + i] = -1;
	}
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, NULL, w, N, D, &s, &m, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(m.asymmetry, 2, 1e-6);
	CU_ASSERT_DOUBLE_EQUAL(m.alignment, 0, 1e-6);
	for (int i = 0; i < N; i++) /* rank 1 */
		for (int j = 0; j < D; j++)
			z[i * D + j] = (real)((i % 7 - 3) * (j + 1));
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, z, NULL, N, D, &s, &m, &err), 0);
	CU_ASSERT_EQUAL(m.kept, 1);
	CU_ASSERT_DOUBLE_EQUAL(m.alignment, 1, 1e-6);
	memset(z, 0, sizeof z);
	CU_ASSERT_EQUAL_FATAL(predictor_measure(z, z, NULL, N, D, &s, &m, &err), 0);
	CU_ASSERT(m.kept == 0 && m.alignment == 0 && m.asymmetry == 0);
	z[3] = NAN;
	CU_ASSERT_EQUAL(predictor_measure(z, z, NULL, N, D, &s, &m, &err), -1);
	CU_ASSERT_EQUAL(err.code, ERR_FAILED);
	arena_release(&s);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"a predictor with F's eigenvectors", test_aligned},
	    {"a random predictor, and least squares", test_random},
	    {"skew-symmetric, rank one, zero, NaN", test_edges},
	    {0}};

	return check_run("eval/predictor", cases);
}
