/* Protects: Barlow's loss on a device, with its products by cuBLAS: golden vectors from the
 * embeddings to their gradients, and widths that fill no block evenly against a plain computation
 * in double. */
#include <math.h>

#include "core/tensor/cuda/gemm.h"
#include "core/tensor/cuda/losses.h"
#include "core/tensor/cuda/norm.h"
#include "tests/cuda/harness.h"

/* Views {N, D}, and what the loss gives. */
struct loss {
	int n, d;
	void *a, *b, *da, *db; /* standardised views and their gradients */
	double diagonal, lambda, dy;
	double *terms, *y; /* read back */
	double tolerance;
};

static struct cuda_product product(int ta, int tb, int m, int n, int k, double alpha, const void *a,
				   int lda, const void *b, int ldb, void *c, int ldc)
{
	return (struct cuda_product){.in = CUDA_REAL,
				     .out = CUDA_REAL,
				     .ta = ta,
				     .tb = tb,
				     .m = m,
				     .n = n,
				     .k = k,
				     .alpha = alpha,
				     .a = a,
				     .lda = lda,
				     .b = b,
				     .ldb = ldb,
				     .c = c,
				     .ldc = ldc};
}

static void multiply(const struct cuda_blas *blas, struct cuda_product p)
{
	struct error err = {0};
	int failed = cuda_gemm(blas, &p, &err);

	CU_ASSERT(!failed);
	if (failed)
		printf("\n    %s\n", err.msg);
}

/* C = A^T B / n;  dA = B G^T / n;  dB = A G / n, where G is the gradient of C */
static void run_loss(struct harness *h, struct loss *l)
{
	const size_t values = (size_t)l->n * (size_t)l->d * sizeof(real);
	const double scale = 1.0 / l->n;
	const int n = l->n, d = l->d;
	struct cuda_barlow b = {.d = d, .diagonal = l->diagonal, .lambda = l->lambda};
	struct cuda_blas blas;
	struct error err;
	double *terms = harness_new(h, 2 * sizeof *terms);
	real *y = harness_new(h, sizeof *y);

	CU_ASSERT_FATAL(!cuda_blas_open(&blas, &harness_libraries()->blas, &h->q, &err));
	b.c = harness_new(h, (size_t)d * (size_t)d * sizeof(real));
	l->da = harness_new(h, values);
	l->db = harness_new(h, values);
	multiply(&blas, product(1, 0, d, d, n, scale, l->a, d, l->b, d, b.c, d));
	cuda_barlow_forward(&h->q, &b, terms, y, harness_new(h, cuda_barlow_scratch(&b)));
	cuda_barlow_backward(&h->q, &b, harness_put(h, CUDA_REAL, &l->dy, 1));
	multiply(&blas, product(0, 1, n, d, d, scale, l->b, d, b.c, d, l->da, d));
	multiply(&blas, product(0, 0, n, d, d, scale, l->a, d, b.c, d, l->db, d));
	l->terms = harness_get(h, CUDA_F64, terms, 2);
	l->y = harness_get(h, CUDA_REAL, y, 1);
	cuda_blas_close(&blas);
	CU_ASSERT(harness_live(harness_libraries()) == 0);
}

/* --- golden vectors ------------------------------------------------------------------------ */

static struct cuda_norm standardise(struct harness *h, const void *z, int n, int d, double eps)
{
	struct cuda_norm b = {.type = CUDA_REAL,
			      .rows = (size_t)n,
			      .groups = 1,
			      .channels = d,
			      .batch_stats = 1,
			      .x = z};

	b.y = harness_new(h, (size_t)n * (size_t)d * sizeof(real));
	b.mean = harness_new(h, (size_t)d * sizeof(real));
	b.istd = harness_new(h, (size_t)d * sizeof(real));
	cuda_norm_forward(&h->q, &b, eps, 0, NULL, NULL,
			  harness_new(h, cuda_norm_scratch(&h->q, &b)));
	return b;
}

static void check_gradient(struct harness *h, const struct cuda_norm *b, void *dy,
			   const struct safetensors *st, const char *name, double tolerance)
{
	struct cuda_norm_grads g = {.dy = dy};
	size_t n;
	const double *ref = harness_entry(h, st, name, &n);

	CU_ASSERT_FATAL(ref != NULL);
	g.mean_dz = harness_new(h, (size_t)b->channels * sizeof(real));
	g.mean_dz_xhat = harness_new(h, (size_t)b->channels * sizeof(real));
	cuda_norm_backward_sums(&h->q, b, &g, harness_new(h, cuda_norm_scratch(&h->q, b)));
	cuda_norm_backward_data(&h->q, b, &g, dy, 0);
	harness_compare(name, harness_get(h, CUDA_REAL, dy, n), ref, n, tolerance);
}

static void check_value(struct harness *h, const struct safetensors *st, const char *name, double v,
			double tolerance)
{
	size_t n;
	const double *ref = harness_entry(h, st, name, &n);

	CU_ASSERT_FATAL(ref != NULL);
	harness_compare(name, &v, ref, 1, tolerance);
}

static void check_golden(struct harness *h, const char *name)
{
	const double close = REAL_IS_DOUBLE ? 1e-6 : 1e-5;
	struct loss l = {.diagonal = 1, .dy = 1};
	struct cuda_norm view[2];
	struct safetensors st;
	double eps;
	size_t n;

	harness_golden(&st, name);
	l.n = harness_size(&st, "in.z1", 0);
	l.d = harness_size(&st, "in.z1", 1);
	l.lambda = harness_number(&st, "lambda");
	eps = harness_number(&st, "eps");
	for (int i = 0; i < 2; i++) {
		double *z = harness_entry(h, &st, i ? "in.z2" : "in.z1", &n);

		CU_ASSERT_FATAL(z != NULL);
		view[i] = standardise(h, harness_put(h, CUDA_REAL, z, n), l.n, l.d, eps);
	}
	l.a = view[0].y;
	l.b = view[1].y;
	run_loss(h, &l);
	check_value(h, &st, "out.loss", l.y[0], close);
	check_value(h, &st, "out.on_diagonal", l.terms[0], close);
	check_value(h, &st, "out.off_diagonal", l.terms[1], close);
	check_gradient(h, &view[0], l.da, &st, "out.dz1", close);
	check_gradient(h, &view[1], l.db, &st, "out.dz2", close);
	st_close(&st);
}

static void all_golden(struct harness *h)
{
	check_golden(h, "barlow_lambda0.0051");
	check_golden(h, "barlow_lambda0.05");
}

static void test_golden(void)
{
	harness_run(all_golden, 0);
}

/* --- widths -------------------------------------------------------------------------------- */

static void check_width(struct harness *h, int n, int d)
{
	const size_t values = (size_t)n * (size_t)d;
	const double exact = harness_tolerance(CUDA_REAL);
	double *a = harness_random(h, values, 1, 0), *b = harness_random(h, values, 1, 0);
	double *da = harness_host(h, values), *db = harness_host(h, values);
	struct loss l = {.n = n, .d = d, .diagonal = 0.7, .lambda = 0.05, .dy = 0.1};
	double on = 0, off = 0;

	l.a = harness_put(h, CUDA_REAL, a, values);
	l.b = harness_put(h, CUDA_REAL, b, values);
	run_loss(h, &l); /* rounds dy to the device's type */
	for (int i = 0; i < d; i++)
		for (int j = 0; j < d; j++) {
			double c = 0, g;

			for (int k = 0; k < n; k++)
				c += a[k * d + i] * b[k * d + j] / n;
			on += i == j ? (1 - c) * (1 - c) : 0;
			off += i == j ? 0 : c * c;
			g = (i == j ? 2 * l.diagonal * (c - 1) : 2 * l.lambda * c) * l.dy / n;
			for (int k = 0; k < n; k++) {
				da[k * d + i] += g * b[k * d + j];
				db[k * d + j] += g * a[k * d + i];
			}
		}
	harness_compare("on", &l.terms[0], &on, 1, exact);
	harness_compare("off", &l.terms[1], &off, 1, exact);
	on = l.diagonal * on + l.lambda * off;
	harness_compare("loss", l.y, &on, 1, exact);
	harness_compare("da", harness_get(h, CUDA_REAL, l.da, values), da, values, exact);
	harness_compare("db", harness_get(h, CUDA_REAL, l.db, values), db, values, exact);
}

static void all_widths(struct harness *h)
{
	check_width(h, 5, 1);
	check_width(h, 4, 7);
	check_width(h, 3, 33);
	check_width(h, 9, shim_watcher ? 40 : 271); /* more rows than a block has threads */
}

static void test_widths(void)
{
	harness_run(all_widths, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"golden vectors of Barlow's loss", test_golden},
	    {"widths that fill no block evenly", test_widths},
	    {0},
	};

	return check_run("cuda/losses", cases);
}
