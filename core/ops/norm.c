/* Batch normalisation on the tape; core/tensor/kernels/norm.h computes it. */
#include "core/base/error.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* The gradient of gamma or beta, to be added to; cleared first if p is not a leaf. */
static struct tensor *affine_grad(struct tensor *p)
{
	int accumulate;
	struct tensor *d = tape_grad(p, &accumulate);

	if (d && !accumulate)
		tensor_zero(d);
	return d;
}

static size_t statistics_bytes(const struct batchnorm *b)
{
	return (size_t)b->groups * (size_t)tensor_cols(b->x) * sizeof(real);
}

enum { IN_X, IN_GAMMA, IN_BETA, IN_RESIDUAL, N_IN };

static void batchnorm_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	const struct batchnorm *b = out->save;
	struct tensor *x = out->in[IN_X], *residual = out->in[IN_RESIDUAL], *dx;
	int keep = residual && residual->needs_grad, accumulate = 0;
	struct batchnorm_grads g = {.dy = tensor_grad(out)};

	if (keep && b->relu)
		g.dy = g.dz = tape_own_grad(out);
	g.mean_dz = tape_values(out->tape, statistics_bytes(b));
	g.mean_dz_xhat = tape_values(out->tape, statistics_bytes(b));
	g.dgamma = affine_grad(out->in[IN_GAMMA]);
	g.dbeta = affine_grad(out->in[IN_BETA]);
	k->batchnorm_backward_sums(b, &g,
				   tape_scratch(out->tape, k->batchnorm_scratch(x, b->groups)));
	if (keep)
		tape_pass_grad(residual, out);
	if (!x->needs_grad)
		return;
	if (keep || tensor_grad(x))
		dx = tape_grad(x, &accumulate);
	else
		g.dy = dx = tape_own_grad(out);
	k->batchnorm_backward_data(b, &g, dx, accumulate);
	if (dx == tensor_grad(out))
		tape_pass_grad(x, out);
}

static const struct op batchnorm_op = {
    .name = "batchnorm", .backward = batchnorm_backward, .part = PROFILE_NORM};

static void check_shapes(const struct tensor *x, const struct tensor *gamma,
			 const struct tensor *beta, const struct tensor *residual, int groups)
{
	char a[64], b[64];

	if ((gamma && gamma->n != (size_t)tensor_cols(x)) ||
	    (beta && beta->n != (size_t)tensor_cols(x)))
		BUG("batch norm of %s with gamma of %zu and beta of %zu channels",
		    tensor_shape_text(x, a, sizeof a), gamma ? gamma->n : 0, beta ? beta->n : 0);
	if (groups < 1 || x->shape[0] % groups || !tensor_rows(x))
		BUG("batch norm: a batch of %d in %d groups", x->shape[0], groups);
	if (residual && !tensor_same_shape(x, residual))
		BUG("batch norm of %s with a residual of %s", tensor_shape_text(x, a, sizeof a),
		    tensor_shape_text(residual, b, sizeof b));
}

struct tensor *op_batchnorm(struct tape *t, struct tensor *x, struct tensor *gamma,
			    struct tensor *beta, struct tensor *running_mean,
			    struct tensor *running_var, struct tensor *residual,
			    struct bn_opts opts)
{
	struct tensor *y = tensor_new_as(&t->arena, x->element, x->ndim, x->shape);
	struct batchnorm *b = tape_alloc(t, sizeof *b);
	struct tensor *in[N_IN] = {x, gamma, beta, residual};
	size_t mask;

	*b = (struct batchnorm){.groups = t->train ? t->groups : 1,
				.batch_stats = t->train,
				.relu = opts.relu,
				.x = x,
				.gamma = gamma,
				.beta = beta,
				.residual = residual,
				.y = y};
	check_shapes(x, gamma, beta, residual, b->groups);
	if (!t->train && !running_mean)
		BUG("batch norm in evaluation without running statistics");
	b->mean = tape_values(t, statistics_bytes(b));
	b->istd = tape_values(t, statistics_bytes(b));
	mask = t->k->batchnorm_mask(b);
	b->mask = mask ? tape_values(t, mask) : NULL;
	t->k->batchnorm_forward(b, opts.eps, opts.momentum, running_mean, running_var, y,
				tape_scratch(t, t->k->batchnorm_scratch(x, b->groups)));
	tape_append(t, &batchnorm_op, y, in, N_IN);
	y->save = b;
	return y;
}

struct tensor *op_standardize(struct tape *t, struct tensor *x, double eps)
{
	struct bn_opts opts = {eps, 0, 0};
	int train = t->train, groups = t->groups;
	struct tensor *y;

	t->train = t->groups = 1;
	y = op_batchnorm(t, x, NULL, NULL, NULL, NULL, NULL, opts);
	t->train = train;
	t->groups = groups;
	return y;
}
