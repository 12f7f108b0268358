/* Protects: batch normalisation as ops call it, on a device: with and without ReLU and residual, in
 * groups, forward, sums and data, with memory of the tape; values and gradients are the CPU's. */
#include "tests/cuda/twin.h"

struct shape {
	int rows, channels, groups, relu, residual;
};

static struct batchnorm side(const struct shape *s, struct tensor *x, struct tensor *residual,
			     struct tensor *gamma, struct tensor *beta, struct tensor *y,
			     struct tape *t)
{
	const size_t bytes = (size_t)s->groups * (size_t)s->channels * sizeof(real);
	struct batchnorm b = {.groups = s->groups,
			      .batch_stats = 1,
			      .relu = s->relu,
			      .x = x,
			      .gamma = gamma,
			      .beta = beta,
			      .residual = s->residual ? residual : NULL,
			      .y = y,
			      .mean = tape_values(t, bytes),
			      .istd = tape_values(t, bytes)};
	const size_t mask = t->k->batchnorm_mask(&b);

	b.mask = mask ? tape_values(t, mask) : NULL;
	t->k->batchnorm_forward(&b, 1e-5, 0.1, NULL, NULL, y,
				tape_scratch(t, t->k->batchnorm_scratch(x, s->groups)));
	return b;
}

static void backward(const struct shape *s, const struct batchnorm *b, struct tensor *dy,
		     struct tensor *dgamma, struct tensor *dbeta, struct tensor *dx, struct tape *t)
{
	const size_t bytes = (size_t)s->groups * (size_t)s->channels * sizeof(real);
	const struct batchnorm_grads g = {.dy = dy,
					  .dgamma = dgamma,
					  .dbeta = dbeta,
					  .mean_dz = tape_values(t, bytes),
					  .mean_dz_xhat = tape_values(t, bytes)};

	t->k->batchnorm_backward_sums(b, &g,
				      tape_scratch(t, t->k->batchnorm_scratch(b->x, s->groups)));
	t->k->batchnorm_backward_data(b, &g, dx, 0);
}

static void check(struct twin *t, const struct shape *s)
{
	const int shape[] = {s->rows, s->channels}, channels[] = {s->channels};
	const struct both x = twin_random(t, t->element, 2, shape, 2, 1),
			  r = twin_random(t, t->element, 2, shape, 1, 0),
			  gamma = twin_random(t, ELEMENT_REAL, 1, channels, 0.5, 1),
			  beta = twin_random(t, ELEMENT_REAL, 1, channels, 1, 0),
			  y = twin_new(t, t->element, 2, shape),
			  dy = twin_random(t, t->element, 2, shape, 1, 0),
			  dx = twin_new(t, t->element, 2, shape),
			  dgamma = twin_random(t, ELEMENT_REAL, 1, channels, 1, 0),
			  dbeta = twin_random(t, ELEMENT_REAL, 1, channels, 1, 0);
	struct batchnorm here = side(s, x.cpu, r.cpu, gamma.cpu, beta.cpu, y.cpu, &t->here);
	struct batchnorm there = side(s, x.gpu, r.gpu, gamma.gpu, beta.gpu, y.gpu, &t->there);

	twin_compare(t, "y", y, twin_tolerance());
	backward(s, &here, dy.cpu, dgamma.cpu, dbeta.cpu, dx.cpu, &t->here);
	backward(s, &there, dy.gpu, dgamma.gpu, dbeta.gpu, dx.gpu, &t->there);
	if (t->element == ELEMENT_BF16)
		return; /* where y rounds to 0 on one side only, whole gradients differ */
	twin_compare(t, "dx", dx, 4 * twin_tolerance());
	twin_compare(t, "dgamma", dgamma, 4 * twin_tolerance());
	twin_compare(t, "dbeta", dbeta, 4 * twin_tolerance());
}

static void all(struct twin *t)
{
	static const struct shape shapes[] = {{6, 5, 1, 0, 0},
					      {64, 8, 2, 1, 0},
					      {30, 24, 3, 1, 1},
					      {258, 7, 2, 1, 1},
					      {64, 16, 1, 0, 1}};
	const int n = shim_watcher ? 3 : (int)(sizeof shapes / sizeof *shapes);

	for (int i = 0; i < n; i++)
		check(t, &shapes[i]);
}

static void test_all(void)
{
	twin_run(all, 1);
}

int main(void)
{
	static const struct check_case cases[] = {{"batch normalisation", test_all}, {0}};

	return check_run("cuda/kernels/norm", cases);
}
