/* Protects: the losses of Barlow Twins, VICReg and SimCLR on a device, their terms and their
 * gradients, for sizes that fill no block evenly; large, equal and tiny similarities, and numbers
 * that are not finite. (The golden vectors are compared on the test device by tests/golden.) */
#include <math.h>

#include "tests/cuda/twin.h"

static struct both_bytes cell(struct twin *t)
{
	return twin_bytes(t, sizeof(double));
}

static struct both scalar(struct twin *t)
{
	return twin_random(t, ELEMENT_REAL, 1, (int[]){1}, 1, 0);
}

static void compare(struct twin *t, const char *what, const double *cpu, const double *gpu, int n,
		    double tolerance)
{
	twin_compare_doubles(t, what,
			     (struct both_bytes){(void *)(uintptr_t)cpu, (void *)(uintptr_t)gpu,
						 (size_t)n * sizeof(double)},
			     tolerance);
}

/* --- Barlow Twins and VICReg --------------------------------------------------------------- */

/* A correlation of d dimensions of which only what the losses read is there, the same on both
 * sides. */
struct pair {
	struct correlation here, there;
	struct correlation_slopes slopes_here, slopes_there;
};

static struct pair correlations(struct twin *t, int d, double scale)
{
	double *v = xcalloc((size_t)d + 1, sizeof *v);
	struct both_bytes x;
	struct pair p;

	for (int i = 0; i <= d; i++)
		v[i] = scale * twin_uniform(t);
	x = twin_put(t, v, ((size_t)d + 1) * sizeof *v);
	free(v);
	p.here = (struct correlation){.d = d, .diagonal = x.cpu, .off = (double *)x.cpu + d};
	p.there = (struct correlation){.d = d, .diagonal = x.gpu, .off = (double *)x.gpu + d};
	correlation_slopes_init(&p.slopes_here, &t->here, d);
	correlation_slopes_init(&p.slopes_there, &t->there, d);
	return p;
}

static void compare_slopes(struct twin *t, const struct pair *p)
{
	compare(t, "off", p->slopes_here.off, p->slopes_there.off, 1, 1e-12);
	compare(t, "slopes", p->slopes_here.diagonal, p->slopes_there.diagonal, p->here.d, 1e-12);
}

static void check_barlow(struct twin *t, int d)
{
	const struct barlow_factors f = {0.7, 0.005};
	struct pair p = correlations(t, d, 2);
	const struct both_bytes on = cell(t);
	const struct both y = scalar(t), dy = scalar(t);

	t->cpu->barlow_forward(&p.here, &f, on.cpu, y.cpu);
	t->gpu->barlow_forward(&p.there, &f, on.gpu, y.gpu);
	twin_compare(t, "y", y, twin_tolerance());
	twin_compare_doubles(t, "on", on, 1e-12);
	t->cpu->barlow_backward(&p.here, &f, dy.cpu, &p.slopes_here);
	t->gpu->barlow_backward(&p.there, &f, dy.gpu, &p.slopes_there);
	compare_slopes(t, &p);
}

/* scale: of the variances, whose roots are to be at least gamma */
static void check_spread(struct twin *t, int d, double scale)
{
	const struct spread_factors f = {.mu = 25, .nu = 1.5, .gamma = 1, .eps = 1e-4};
	struct pair p = correlations(t, d, scale);
	const struct both_bytes v = cell(t), c = cell(t);
	const struct both y = scalar(t), dy = scalar(t);

	t->cpu->spread_forward(&p.here, &f, v.cpu, c.cpu, y.cpu);
	t->gpu->spread_forward(&p.there, &f, v.gpu, c.gpu, y.gpu);
	twin_compare(t, "y", y, twin_tolerance());
	twin_compare_doubles(t, "variance", v, 1e-12);
	twin_compare_doubles(t, "covariance", c, 1e-12);
	t->cpu->spread_backward(&p.here, &f, dy.cpu, &p.slopes_here);
	t->gpu->spread_backward(&p.there, &f, dy.gpu, &p.slopes_there);
	compare_slopes(t, &p);
}

static void all_of_correlations(struct twin *t)
{
	static const int d[] = {1, 7, 255, 700};

	for (int i = 0; i < 4; i++) {
		check_barlow(t, d[i]);
		check_spread(t, d[i], 2);
		check_spread(t, d[i], 0);
	}
}

static void test_of_correlations(void)
{
	twin_run(all_of_correlations, 0);
}

/* --- SimCLR -------------------------------------------------------------------------------- */

/* n rows of u, which are twice the images; what the forward pass writes is left in p, h and y. */
struct contrast {
	int n;
	double temperature;
	struct both u, p, h, y;
	struct both_bytes rows, entropy, accuracy;
};

static struct contrast forward(struct twin *t, struct both u, double temperature)
{
	const int n = u.cpu->shape[0];
	struct contrast c = {.n = n,
			     .temperature = temperature,
			     .u = u,
			     .p = twin_new2(t, n, n),
			     .h = twin_new2(t, n, n),
			     .y = scalar(t),
			     .rows = twin_bytes(t, 3 * (size_t)n * sizeof(double)),
			     .entropy = cell(t),
			     .accuracy = cell(t)};

	t->cpu->nt_xent_forward(u.cpu, temperature, c.p.cpu->mem->data, c.rows.cpu, c.entropy.cpu,
				c.accuracy.cpu, c.y.cpu);
	t->gpu->nt_xent_forward(u.gpu, temperature, c.p.gpu->mem->data, c.rows.gpu, c.entropy.gpu,
				c.accuracy.gpu, c.y.gpu);
	return c;
}

static void check_backward(struct twin *t, const struct contrast *c)
{
	const struct both dy = scalar(t), du = twin_random2(t, c->n, c->u.cpu->shape[1], 1, 0);

	for (int accumulate = 0; accumulate < 2; accumulate++) {
		t->cpu->nt_xent_backward(c->u.cpu, c->temperature, c->p.cpu->mem->data,
					 c->h.cpu->mem->data, dy.cpu, du.cpu, accumulate);
		t->gpu->nt_xent_backward(c->u.gpu, c->temperature, c->p.gpu->mem->data,
					 c->h.gpu->mem->data, dy.gpu, du.gpu, accumulate);
		twin_compare(t, "du", du, 10 * twin_tolerance());
	}
}

static void check_contrast(struct twin *t, int images, int d, double scale, double temperature)
{
	const struct contrast c = forward(t, twin_random2(t, 2 * images, d, scale, 0), temperature);

	twin_compare(t, "loss", c.y, twin_tolerance());
	twin_compare(t, "P", c.p, 4 * twin_tolerance());
	twin_compare_doubles(t, "entropy", c.entropy, 4 * twin_tolerance());
	twin_compare_doubles(t, "accuracy", c.accuracy, 1e-12);
	check_backward(t, &c);
}

static void all_contrasts(struct twin *t)
{
	check_contrast(t, 1, 3, 1, 0.5); /* no negatives */
	check_contrast(t, 2, 1, 1, 0.1);
	check_contrast(t, 9, 20, 0.5, 0.5);
	check_contrast(t, 33, 12, 0.5, 0.2); /* several tiles of H */
	if (!shim_watcher)
		check_contrast(t, 150, 8, 0.5, 0.5); /* longer rows than a block has threads */
	check_contrast(t, 5, 4, 30, 0.01); /* similarities of 1e5, which exp() cannot take */
}

static void test_contrasts(void)
{
	twin_run(all_contrasts, 0);
}

/* All embeddings equal: the softmax is uniform, and no positive is nearest. */
static void equal(struct twin *t)
{
	const struct contrast c = forward(t, twin_random2(t, 10, 4, 0, 0.5), 0.5);
	const double entropy = log(9), accuracy = 0;
	const double *rows[] = {&entropy, &accuracy};

	compare(t, "entropy", rows[0], c.entropy.gpu, 1, 1e-12);
	compare(t, "accuracy", rows[1], c.accuracy.gpu, 1, 0);
	twin_compare(t, "loss", c.y, twin_tolerance());
}

/* Both views equal and all images apart: the loss is the sum over the negatives, 1e-12, to which
 * adding 1 would take most digits. */
static void apart(struct twin *t)
{
	const struct both u = twin_random2(t, 8, 4, 0, 0);
	struct contrast c;

	for (int i = 0; i < 8; i++)
		twin_set(u, (size_t)(4 * i + i % 4), 1);
	c = forward(t, u, 1.0 / 30);
	twin_compare(t, "loss", c.y, twin_tolerance());
	twin_compare_doubles(t, "accuracy", c.accuracy, 0);
	check_backward(t, &c);
}

/* A row that is not finite makes the loss and the entropy NaN, as on the CPU. */
static void not_finite(struct twin *t)
{
	const double values[] = {NAN, INFINITY, -INFINITY};

	for (int i = 0; i < 3; i++) {
		const struct both u = twin_random2(t, 8, 3, 1, 0);
		struct contrast c;
		double entropy;

		twin_set(u, 4, values[i]);
		c = forward(t, u, 0.5);
		t->c->device.download(&t->c->device, &entropy, c.entropy.gpu, sizeof entropy);
		CU_ASSERT(isnan(c.y.cpu->mem->data[0]) && isnan(*(double *)c.entropy.cpu));
		CU_ASSERT(isnan(tensor_value(c.y.gpu)) && isnan(entropy));
	}
}

static void test_degenerate(void)
{
	twin_run(equal, 0);
	twin_run(apart, 0);
	twin_run(not_finite, 0);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"Barlow Twins and VICReg", test_of_correlations},
	    {"SimCLR", test_contrasts},
	    {"embeddings that are equal, far apart, or not finite", test_degenerate},
	    {0},
	};

	return check_run("cuda/kernels/losses", cases);
}
