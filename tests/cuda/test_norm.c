/* Protects: batch normalisation on a device, forward and backward, with and without ReLU and
 * residual, in training and in evaluation: golden vectors, and shapes that fill no block evenly
 * against a plain computation in double. */
#include <math.h>

#include "core/tensor/cuda/norm.h"
#include "tests/cuda/harness.h"

/* A batch norm with all of its memory on the device. */
struct layer {
	struct cuda_norm b;
	struct cuda_norm_grads g;
	size_t n; /* elements */
	real *running_mean, *running_var;
	double eps, momentum;
	void *scratch, *dx;
};

static void *put_constant(struct harness *h, size_t n, double value)
{
	double *v = harness_host(h, n);

	for (size_t i = 0; i < n; i++)
		v[i] = value;
	return harness_put(h, CUDA_REAL, v, n);
}

static void make_layer(struct harness *h, struct layer *l)
{
	struct cuda_norm *b = &l->b;
	const size_t c = (size_t)b->channels, own = (size_t)b->groups * c * sizeof(real);

	b->type = h->type;
	l->n = (size_t)b->groups * b->rows * c;
	b->mean = harness_new(h, own);
	b->istd = harness_new(h, own);
	b->y = harness_new(h, l->n * cuda_type_bytes(h->type));
	b->mask = b->relu ? harness_new(h, cuda_norm_mask_bytes(b)) : NULL;
	l->g.mean_dz = harness_new(h, own);
	l->g.mean_dz_xhat = harness_new(h, own);
	l->g.dgamma = put_constant(h, c, 0);
	l->g.dbeta = put_constant(h, c, 0);
	l->dx = harness_new(h, l->n * cuda_type_bytes(h->type));
	l->scratch = harness_new(h, cuda_norm_scratch(&h->q, b));
	l->running_mean = put_constant(h, c, 0);
	l->running_var = put_constant(h, c, 1);
}

static void forward(struct harness *h, const struct layer *l)
{
	cuda_norm_forward(&h->q, &l->b, l->eps, l->momentum, l->running_mean, l->running_var,
			  l->scratch);
}

static void backward(struct harness *h, const struct layer *l, int accumulate)
{
	cuda_norm_backward_sums(&h->q, &l->b, &l->g, l->scratch);
	cuda_norm_backward_data(&h->q, &l->b, &l->g, l->dx, accumulate);
}

/* --- golden vectors ------------------------------------------------------------------------ */

static void check_entry(struct harness *h, const struct safetensors *st, const char *name,
			enum cuda_type type, const void *p, double tolerance)
{
	size_t n;
	const double *ref = harness_entry(h, st, name, &n);

	CU_ASSERT_FATAL(ref != NULL);
	harness_compare(name, harness_get(h, type, p, n), ref, n, tolerance);
}

static void *put_entry(struct harness *h, const struct safetensors *st, const char *name,
		       enum cuda_type type)
{
	size_t n;
	double *v = harness_entry(h, st, name, &n);

	CU_ASSERT_FATAL(v != NULL);
	return harness_put(h, type, v, n);
}

static void check_golden(struct harness *h, const char *name)
{
	/* the file has floats; in bf16 its inputs are rounded, and dx is a difference of them */
	const double close = h->type == CUDA_BF16 ? 2e-2 : h->type == CUDA_F32 ? 1e-5 : 1e-6;
	struct layer l = {.b = {.batch_stats = 1}};
	struct safetensors st;
	size_t n;

	harness_golden(&st, name);
	l.b.groups = (int)harness_number(&st, "groups");
	l.b.channels = harness_size(&st, "in.x", 1);
	harness_entry(h, &st, "in.x", &n);
	l.b.rows = n / (size_t)(l.b.channels * l.b.groups);
	l.eps = harness_number(&st, "eps");
	l.momentum = harness_number(&st, "momentum");
	l.b.x = put_entry(h, &st, "in.x", h->type);
	l.b.gamma = put_entry(h, &st, "in.weight", CUDA_REAL);
	l.b.beta = put_entry(h, &st, "in.bias", CUDA_REAL);
	l.g.dy = put_entry(h, &st, "in.dy", h->type);
	make_layer(h, &l);
	forward(h, &l);
	backward(h, &l, 0);
	check_entry(h, &st, "out.y", h->type, l.b.y, close);
	check_entry(h, &st, "out.dx", h->type, l.dx, close);
	check_entry(h, &st, "out.dweight", CUDA_REAL, l.g.dgamma, close);
	check_entry(h, &st, "out.dbias", CUDA_REAL, l.g.dbeta, close);
	check_entry(h, &st, "out.running_mean", CUDA_REAL, l.running_mean, close);
	check_entry(h, &st, "out.running_var", CUDA_REAL, l.running_var, close);
	st_close(&st);
}

static void all_golden(struct harness *h)
{
	check_golden(h, "batchnorm_1d_groups1");
	check_golden(h, "batchnorm_1d_groups2");
	check_golden(h, "batchnorm_2d_groups1");
	check_golden(h, "batchnorm_2d_groups2");
}

static void test_golden(void)
{
	harness_run(all_golden, 1);
}

/* --- shapes -------------------------------------------------------------------------------- */

struct shape {
	int groups;
	size_t rows;
	int channels;
};

/* What the host knows of a layer. */
struct values {
	double *x, *residual, *gamma, *beta, *dy, *mean, *istd;
	double eps;
};

static void reference_stats(const struct shape *s, struct values *v, struct harness *h)
{
	const size_t c = (size_t)s->channels;

	v->mean = harness_host(h, (size_t)s->groups * c);
	v->istd = harness_host(h, (size_t)s->groups * c);
	for (size_t k = 0; k < (size_t)s->groups * c; k++) {
		const double *x = v->x + k / c * s->rows * c + k % c;
		double sum = 0, square = 0;

		for (size_t r = 0; r < s->rows; r++)
			sum += x[r * c];
		v->mean[k] = sum / (double)s->rows;
		for (size_t r = 0; r < s->rows; r++)
			square += (x[r * c] - v->mean[k]) * (x[r * c] - v->mean[k]);
		v->istd[k] = 1 / sqrt(square / (double)s->rows + v->eps);
	}
}

static double *reference_y(const struct shape *s, const struct values *v, int relu,
			   struct harness *h)
{
	const size_t c = (size_t)s->channels, n = (size_t)s->groups * s->rows * c;
	double *y = harness_host(h, n);

	for (size_t i = 0; i < n; i++) {
		const size_t k = i / (s->rows * c) * c + i % c;
		const double gamma = v->gamma ? v->gamma[i % c] : 1;

		y[i] = (v->x[i] - v->mean[k]) * v->istd[k] * gamma +
		       (v->beta ? v->beta[i % c] : 0) + (v->residual ? v->residual[i] : 0);
		y[i] = relu && y[i] < 0 ? 0 : y[i];
	}
	return y;
}

/* dx, and the sums of dz and dz xhat {2, C}, for dz */
static double *reference_dx(const struct shape *s, const struct values *v, const double *dz,
			    int batch_stats, double *sums, struct harness *h)
{
	const size_t c = (size_t)s->channels;
	double *dx = harness_host(h, (size_t)s->groups * s->rows * c);

	for (size_t k = 0; k < (size_t)s->groups * c; k++) {
		const size_t at = k / c * s->rows * c + k % c;
		const double gamma = v->gamma ? v->gamma[k % c] : 1, n = (double)s->rows;
		double a = 0, b = 0;

		for (size_t i = at; i < at + s->rows * c; i += c) {
			a += dz[i];
			b += dz[i] * (v->x[i] - v->mean[k]) * v->istd[k];
		}
		sums[k % c] += a;
		sums[c + k % c] += b;
		a = batch_stats ? a / n : 0;
		b = batch_stats ? b / n : 0;
		for (size_t i = at; i < at + s->rows * c; i += c)
			dx[i] = gamma * v->istd[k] *
				(dz[i] - a - (v->x[i] - v->mean[k]) * v->istd[k] * b);
	}
	return dx;
}

enum { RELU = 1, RESIDUAL = 2, AFFINE = 4, EVALUATION = 8, ADD = 16 };

static void put_values(struct harness *h, struct layer *l, struct values *v, int flags)
{
	const size_t c = (size_t)l->b.channels, n = (size_t)l->b.groups * l->b.rows * c;

	v->eps = l->eps;
	v->x = harness_random(h, n, 2, 0.5);
	v->dy = harness_random(h, n, 1, 0.1);
	l->b.x = harness_put(h, h->type, v->x, n);
	l->g.dy = harness_put(h, h->type, v->dy, n);
	if (flags & RESIDUAL) {
		v->residual = harness_random(h, n, 1, 0);
		l->b.residual = harness_put(h, h->type, v->residual, n);
	}
	if (flags & AFFINE) {
		v->gamma = harness_random(h, c, 0.5, 1);
		v->beta = harness_random(h, c, 0.5, 0);
		l->b.gamma = harness_put(h, CUDA_REAL, v->gamma, c);
		l->b.beta = harness_put(h, CUDA_REAL, v->beta, c);
	}
	make_layer(h, l);
}

/* The gradients of a layer whose y the device has written; where the ReLU was active follows from
 * that y, since a z near 0 may be rounded to either side. */
static void check_backward(struct harness *h, struct layer *l, const struct shape *s,
			   const struct values *v, const double *y, int flags)
{
	const size_t c = (size_t)s->channels;
	const double close = harness_tolerance(h->type), exact = harness_tolerance(CUDA_REAL);
	double *dz = harness_host(h, l->n), *sums = harness_host(h, 2 * c), *dx, *old = NULL;

	if (flags & ADD) {
		old = harness_random(h, l->n, 0.5, 0);
		l->dx = harness_put(h, h->type, old, l->n);
	}
	if (flags & RESIDUAL)
		l->g.dz = (void *)(uintptr_t)l->g.dy; /* as the tape does */
	for (size_t i = 0; i < l->n; i++)
		dz[i] = (flags & RELU) && !(y[i] > 0) ? 0 : v->dy[i];
	dx = reference_dx(s, v, dz, l->b.batch_stats, sums, h);
	for (size_t i = 0; old && i < l->n; i++)
		dx[i] += old[i];
	backward(h, l, (flags & ADD) != 0);
	harness_compare("dbeta", harness_get(h, CUDA_REAL, l->g.dbeta, c), sums, c, 2 * exact);
	harness_compare("dgamma", harness_get(h, CUDA_REAL, l->g.dgamma, c), sums + c, c,
			s->rows > 1 || !l->b.batch_stats ? 10 * exact : INFINITY);
	if (flags & RESIDUAL)
		harness_compare("dz", harness_get(h, h->type, l->g.dz, l->n), dz, l->n, 0);
	harness_compare("dx", harness_get(h, h->type, l->dx, l->n), dx, l->n,
			s->rows > 1 || !l->b.batch_stats ? close : INFINITY);
}

static void check_shape(struct harness *h, const struct shape *s, int flags)
{
	struct layer l = {.b = {.rows = s->rows,
				.groups = s->groups,
				.channels = s->channels,
				.batch_stats = !(flags & EVALUATION),
				.relu = (flags & RELU) != 0},
			  .eps = 1e-5,
			  .momentum = 0.1};
	const size_t own = (size_t)s->groups * (size_t)s->channels;
	const double close = harness_tolerance(h->type), exact = harness_tolerance(CUDA_REAL);
	const double *y;
	struct values v = {0};

	put_values(h, &l, &v, flags);
	if (flags & EVALUATION) {
		v.mean = harness_random(h, own, 0.5, 0);
		l.running_mean = harness_put(h, CUDA_REAL, v.mean, own);
		v.istd = harness_random(h, own, 0.5, 1);
		l.running_var = harness_put(h, CUDA_REAL, v.istd, own);
		for (size_t i = 0; i < own; i++)
			v.istd[i] = 1 / sqrt(v.istd[i] + v.eps);
	} else {
		reference_stats(s, &v, h);
	}
	forward(h, &l);
	harness_compare("mean", harness_get(h, CUDA_REAL, l.b.mean, own), v.mean, own, exact);
	harness_compare("istd", harness_get(h, CUDA_REAL, l.b.istd, own), v.istd, own, 2 * exact);
	y = harness_get(h, h->type, l.b.y, l.n);
	harness_compare("y", y, reference_y(s, &v, flags & RELU, h), l.n, close);
	check_backward(h, &l, s, &v, y, flags);
}

static void all_shapes(struct harness *h)
{
	static const struct shape shapes[] = {
	    {2, 1, 8},   {1, 5, 24},   {2, 33, 6},   {2, 70, 192},
	    {3, 45, 33}, {2, 300, 40}, {1, 3, 1536},
	};
	static const int flags[] = {
	    AFFINE, AFFINE | RELU, AFFINE | RELU | RESIDUAL, RESIDUAL | ADD, 0,
	};
	const int n = shim_watcher ? 4 : (int)(sizeof shapes / sizeof *shapes);

	for (int i = 0; i < n; i++)
		for (int k = 0; k < (int)(sizeof flags / sizeof *flags); k++)
			check_shape(h, shapes + i, flags[k]);
	check_shape(h, &(struct shape){1, 33, 24}, AFFINE | RELU | EVALUATION | ADD);
}

static void test_shapes(void)
{
	harness_run(all_shapes, 1);
}

/* --- launches that must not be ------------------------------------------------------------- */

static void forward_of(struct harness *h, struct cuda_norm b, size_t shift)
{
	double *v = harness_random(h, 4096, 1, 0);
	real *x = harness_put(h, CUDA_REAL, v, 4096);

	b.type = CUDA_REAL;
	b.x = x + shift;
	b.y = b.mean = b.istd = harness_new(h, 4096 * sizeof *x);
	cuda_norm_forward(&h->q, &b, 1e-5, 0, NULL, NULL, harness_new(h, 1 << 16));
}

static void shifted(struct harness *h)
{
	forward_of(h, (struct cuda_norm){.rows = 4, .groups = 1, .channels = 8, .batch_stats = 1},
		   1);
}

static void too_wide(struct harness *h)
{
	forward_of(
	    h, (struct cuda_norm){.rows = 1, .groups = 1, .channels = 1 << 16, .batch_stats = 1},
	    0);
}

static void without_mask(struct harness *h)
{
	forward_of(
	    h,
	    (struct cuda_norm){.rows = 4, .groups = 1, .channels = 8, .batch_stats = 1, .relu = 1},
	    0);
}

static void no_rows(struct harness *h)
{
	forward_of(h, (struct cuda_norm){.groups = 1, .channels = 8, .batch_stats = 1}, 0);
}

static void test_launches(void)
{
	harness_must_abort("x is not aligned to 16 bytes", shifted);
	harness_must_abort("65536 channels: at most 32768", too_wide);
	harness_must_abort("without a mask", without_mask);
	harness_must_abort("1 groups of 0 rows of 8 channels", no_rows);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"golden vectors of batch norm", test_golden},
	    {"shapes that fill no block evenly", test_shapes},
	    {"launches that must not be are refused", test_launches},
	    {0},
	};

	return check_run("cuda/norm", cases);
}
