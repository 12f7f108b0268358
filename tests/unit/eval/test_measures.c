/* Protects: the expensive measures of collapse: two worked examples, equality with the terms of the
 * losses, embeddings with a known result, and equal bits with any number of threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/eval/collapse.h"
#include "core/tensor/kernels/collapse_std.h"
#include "core/tensor/safetensors.h"
#include "tests/check.h"

#define NEAR(got, want) CU_ASSERT_DOUBLE_EQUAL(got, want, 2e-6)

/* A[b][i] = sin(1 + 3b + i), B = A + 0.3 cos(2 + 3(3b + i)) */
static void section_11(real *a, real *b)
{
	for (int k = 0; k < 12; k++) {
		a[k] = (real)sin(1 + k);
		b[k] = (real)(sin(1 + k) + 0.3 * cos(2 + 3 * k));
	}
}

static void test_figures(void)
{
	real a[12], b[12];
	struct arena s = ARENA_INIT;
	struct collapse_terms t;
	struct collapse_rank r;
	struct error err;

	section_11(a, b);
	NEAR(collapse_std(a, 4, 3, &s) * sqrt(4.0 / 3), 0.625684);
	NEAR(collapse_alignment(a, b, 4, 3, &s), 0.043736);
	NEAR(collapse_uniformity(a, 4, 3, &s), -1.242020);
	CU_ASSERT_EQUAL_FATAL(collapse_rank(a, 4, 3, &s, &r, &err), 0);
	NEAR(r.rankme, 1.475567);
	CU_ASSERT_EQUAL(r.n, 3);
	collapse_terms(a, b, 4, 3, &s, &t);
	NEAR(t.invariance * 12, 0.297933);
	NEAR(t.variance, (0.253311 + 0.173496) / 2);
	NEAR(t.covariance, 0.728268 + 0.843721);
	NEAR(t.on_diagonal + 0.0051 * t.off_diagonal, 0.026666);
	arena_release(&s);
}

/* Compares with the golden file if it exists; the golden test checks the file itself. */
static void against_file(const char *file, const char *const *name, int n_names)
{
	const char *source = getenv("SSL_SOURCE_DIR");
	char path[4096];
	struct safetensors st;
	struct arena a = ARENA_INIT;
	const struct st_entry *e;
	struct collapse_terms t;
	real *z[2];
	int n = 0, d = 0;

	snprintf(path, sizeof path, "%s/tests/golden/%s.safetensors", source ? source : ".", file);
	CU_ASSERT_EQUAL_FATAL(st_open(path, &st, NULL), 0);
	for (int v = 0; v < 2; v++) {
		double *x;

		e = st_find(&st, v ? "in.z2" : "in.z1");
		CU_ASSERT_PTR_NOT_NULL_FATAL(e);
		n = (int)e->shape[0];
		d = (int)e->shape[1];
		x = arena_alloc(&a, e->n * sizeof *x);
		z[v] = arena_alloc(&a, e->n * sizeof **z);
		st_to_double(e, x);
		for (size_t i = 0; i < e->n; i++)
			z[v][i] = (real)x[i];
	}
	collapse_terms(z[0], z[1], n, d, &a, &t);
	for (int i = 0; i < n_names; i++) {
		const char *leaf = strrchr(name[i], '.') + 1;
		double got = !strcmp(leaf, "invariance")    ? t.invariance
			     : !strcmp(leaf, "variance")    ? t.variance
			     : !strcmp(leaf, "covariance")  ? t.covariance
			     : !strcmp(leaf, "on_diagonal") ? t.on_diagonal
							    : t.off_diagonal;
		double want;

		e = st_find(&st, name[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(e);
		st_to_double(e, &want);
		CU_ASSERT_DOUBLE_EQUAL(got, want, 1e-5 * fabs(want));
	}
	st_close(&st);
	arena_release(&a);
}

static void test_terms(void)
{
	static const char *const vicreg[] = {"out.invariance", "out.variance", "out.covariance"};
	static const char *const barlow[] = {"out.on_diagonal", "out.off_diagonal"};

	against_file("vicreg_official_25_25_1", vicreg, 3);
	against_file("barlow_lambda0.0051", barlow, 2);
}

enum { N = 300, D = 40 };

/* Embeddings with `rank` independent directions of equal variance, and an offset. */
static void embeddings(real *z, int n, int d, int rank, double offset)
{
	struct rng r;

	rng_init(&r, 11, RNG_TEST, 0, (uint64_t)rank);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < d; j++) {
			int k = j % rank;

			z[i * d + j] = j < rank ? (real)(offset + rng_normal(&r)) : z[i * d + k];
		}
}

static void test_ranks(void)
{
	static real z[N * D], wide[30 * 200];
	struct arena s = ARENA_INIT;
	struct collapse_rank r;
	struct collapse_correlation c;
	struct error err;

	embeddings(z, N, D, D, 0);
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT(r.rankme > 0.95 * D && r.rankme < D + 0.01);
	CU_ASSERT(r.effective > 0.95 * D && r.participation > 0.8 * D);
	collapse_correlation(z, N, D, &s, &c);
	CU_ASSERT(c.absolute < 0.08 && c.square < 0.01);

	embeddings(z, N, D, 4, 0); /* dimensional collapse: ten copies of four */
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(r.rankme, 4, 0.1);
	CU_ASSERT_DOUBLE_EQUAL(r.effective, 4, 0.1);
	CU_ASSERT(r.spectrum[3] > 1 && r.spectrum[4] < 1e-10 && r.spectrum[0] >= r.spectrum[1]);
	collapse_correlation(z, N, D, &s, &c);
	CU_ASSERT_DOUBLE_EQUAL(c.square, 360.0 / (D * (D - 1)), 0.02);

	embeddings(z, N, D, 4, 100); /* an offset changes RankMe, but not the covariance */
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT(r.rankme < 1.3);
	CU_ASSERT_DOUBLE_EQUAL(r.effective, 4, 0.1);

	embeddings(wide, 30, 200, 200, 0); /* fewer images than dimensions */
	CU_ASSERT_EQUAL_FATAL(collapse_rank(wide, 30, 200, &s, &r, &err), 0);
	CU_ASSERT_EQUAL(r.n, 30);
	CU_ASSERT(r.rankme > 28 && r.spectrum[28] > 0.1 && r.spectrum[29] < 1e-10);
	arena_release(&s);
}

/* All embeddings are equal: no measure divides by zero. */
static void test_collapsed(void)
{
	static real z[N * D];
	struct arena s = ARENA_INIT;
	struct collapse_terms t;
	struct collapse_rank r;
	struct error err;

	for (int i = 0; i < N * D; i++)
		z[i] = (real)(1 + i % D);
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(r.rankme, 1, 1e-3);
	CU_ASSERT_EQUAL(r.participation, 1);
	NEAR(collapse_uniformity(z, N, D, &s), 0);
	NEAR(collapse_alignment(z, z, N, D, &s), 0);
	collapse_terms(z, z, N, D, &s, &t);
	NEAR(t.variance, 1 - 0.01); /* gamma - sqrt(eps) */
	NEAR(t.covariance, 0);
	NEAR(t.on_diagonal, D);
	NEAR(t.correlation.absolute, 0);
	memset(z, 0, sizeof z);
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT_EQUAL(r.rankme, 1);
	z[7] = NAN;
	CU_ASSERT_EQUAL_FATAL(collapse_rank(z, N, D, &s, &r, &err), 0);
	CU_ASSERT(isnan(r.rankme) && isnan(r.spectrum[0]));
	CU_ASSERT(isnan(collapse_uniformity(z, N, D, &s)));
	CU_ASSERT(isnan(collapse_alignment(z, z, N, D, &s)));
	collapse_terms(z, z, N, D, &s, &t);
	CU_ASSERT(isnan(t.variance) && isnan(t.covariance) && isnan(t.on_diagonal) &&
		  isnan(t.invariance) && isnan(t.correlation.absolute));
	arena_release(&s);
}

struct all {
	struct collapse_terms terms;
	double rank[3], uniformity, alignment;
};

static void measure_all(const real *x, const real *y, int n, int d, struct all *out)
{
	struct arena s = ARENA_INIT;
	struct collapse_rank r;
	struct error err;

	memset(out, 0, sizeof *out);
	collapse_terms(x, y, n, d, &s, &out->terms);
	CU_ASSERT_EQUAL_FATAL(collapse_rank(x, n, d, &s, &r, &err), 0);
	out->rank[0] = r.rankme;
	out->rank[1] = r.effective;
	out->rank[2] = r.participation;
	out->uniformity = collapse_uniformity(x, n, d, &s);
	out->alignment = collapse_alignment(x, y, n, d, &s);
	arena_release(&s);
}

static void test_threads(void)
{
	enum { ROWS = 150, COLUMNS = 170 };
	static real x[ROWS * COLUMNS], y[ROWS * COLUMNS];
	struct all one, three;

	embeddings(x, ROWS, COLUMNS, 160, 0.3);
	embeddings(y, ROWS, COLUMNS, 150, 0.2);
	parallel_set_threads(1);
	measure_all(x, y, ROWS, COLUMNS, &one);
	parallel_set_threads(3);
	measure_all(x, y, ROWS, COLUMNS, &three);
	CU_ASSERT_EQUAL(memcmp(&one, &three, sizeof one), 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"worked examples", test_figures},
	    {"the terms of VICReg and Barlow Twins equal those of the losses", test_terms},
	    {"ranks and correlations of known embeddings", test_ranks},
	    {"collapsed embeddings, and embeddings that are not finite", test_collapsed},
	    {"the same bits at any number of threads", test_threads},
	    {0}};

	return check_run("eval/measures", cases);
}
