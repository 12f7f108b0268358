/*
 * Barlow Twins (Zbontar et al., 2103.03230).
 *
 *     Z^ = (Z - mean) / sqrt(var + eps)   per dimension, over the batch, for each view
 *     C  = Z^1^T Z^2 / N
 *     L  = diagonal sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2            diagonal = 1
 *
 * The standardisation is that of the official code (a batch norm without affine parameters: biased
 * variance, eps); the loss is equation 1 of the paper. Gradients, where `off` is the second sum:
 *
 *     dL/dC_ii = -2 diagonal (1 - C_ii)        dL/d(off) = lambda
 */
#include "core/methods/heads.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

struct redundancy {
	struct correlation c;
	struct barlow_factors f;
	struct correlation_slopes slopes;
};

static void redundancy_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	struct redundancy *s = out->save;
	struct tensor *g;
	int accumulate;

	k->barlow_backward(&s->c, &s->f, tensor_grad(out), &s->slopes);
	if ((g = tape_grad(out->in[0], &accumulate)))
		k->correlation_grad_a(&s->c, &s->slopes, g, accumulate);
	if ((g = tape_grad(out->in[1], &accumulate)))
		k->correlation_grad_b(&s->c, &s->slopes, g, accumulate);
}

static const struct op redundancy_op = {.name = "barlow", .backward = redundancy_backward};

/* The loss L of standardised a, b {N, D}. */
static struct tensor *redundancy(struct tape *t, struct tensor *a, struct tensor *b,
				 const struct barlow_weights *w, struct method_out *out)
{
	struct tensor *y = tensor_new1(&t->arena, 1), *in[] = {a, b};
	struct redundancy *s = tape_alloc(t, sizeof *s);
	double *on = tape_scalar(t);

	t->k->correlation_init(&s->c, t, a, b, (double)tensor_rows(a));
	s->f = (struct barlow_factors){w->diagonal, w->lambda};
	correlation_slopes_init(&s->slopes, t, s->c.d);
	t->k->barlow_forward(&s->c, &s->f, on, y);
	y->save = s;
	method_term(out, "on_diagonal", 1, on, NULL);
	method_term(out, "off_diagonal", 1, s->c.off, NULL);
	return tape_append(t, &redundancy_op, y, in, 2);
}

struct tensor *loss_barlow(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct barlow_weights *w, struct method_out *out)
{
	if (w->stop_gradient)
		z2 = op_detach(t, z2);
	return redundancy(t, op_standardize(t, z1, w->eps), op_standardize(t, z2, w->eps), w, out);
}

struct barlow {
	const struct encoder *encoder;
	struct mlp projector;
	struct barlow_weights weights;
	double scale;
};

static int barlow_init(void *self, const struct method_env *env, struct error *err)
{
	struct barlow *m = self;

	m->encoder = env->encoder;
	m->weights.diagonal = recipe_real(env->recipe, "barlow.diagonal");
	m->weights.lambda = recipe_real(env->recipe, "barlow.lambda");
	m->weights.eps = recipe_real(env->recipe, "barlow.eps");
	m->weights.stop_gradient = recipe_bool(env->recipe, "barlow.stop_gradient");
	m->scale = recipe_real(env->recipe, "barlow.scale");
	return head_init(&m->projector, env, "projector", "", PART_PROJECTOR,
			 encoder_dim(m->encoder), 0, err);
}

static void barlow_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct barlow *m = self;
	struct tensor *z = embed_views(t, b, m->encoder, &m->projector), *l;

	l = loss_barlow(t, view_of(t, z, b, 0), view_of(t, z, b, 1), &m->weights, out);
	out->loss = op_scale(t, l, m->scale);
	out->embedding = z;
}

static const struct hparam hparams[] = {
    {"barlow.lambda", HP_REAL, "0.0051", 0, 1e6, NULL,
     "weight of the off-diagonal terms (official code and solo-learn: 0.0051; paper: 0.005); 0: "
     "only the on-diagonal terms"},
    {"barlow.diagonal", HP_REAL, "1", 0, 1e6, NULL,
     "weight of the on-diagonal terms (paper and code: 1); 0: only the off-diagonal terms"},
    {"barlow.scale", HP_REAL, "0.1", 1e-9, 1e6, NULL,
     "factor of the whole loss; with lars it affects only biases and norms (solo-learn on CIFAR: "
     "0.1; paper: 1)"},
    {"barlow.eps", HP_REAL, "1e-5", 0, 1, NULL,
     "added to the variance when embeddings are standardised (official code: 1e-5)"},
    {"barlow.stop_gradient", HP_BOOL, "false", 0, 0, NULL,
     "stop the gradient into the second view's embeddings (paper: off; on in its ablation of "
     "asymmetry)"},
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[2048, 2048, 2048]"},
    {"projector.hidden_bias", "false"},
    {"optim.lr", "0.3"},
    {"optim.weight_decay", "1e-4"},
    {0},
};

static const char *const terms[] = {"loss.on_diagonal", "loss.off_diagonal", NULL};

const struct method method_barlow = {
    .name = "barlow",
    .title = "Barlow Twins",
    .summary = "makes the cross-correlation of two views' embeddings the identity",
    .formula = "L = sum_i (1 - C_ii)^2 + lambda sum_{i != j} C_ij^2\n"
	       "C = Z1^T Z2 / N, with each column of Z1 and Z2 standardised over the batch\n"
	       "lambda = barlow.lambda; the loss trained is barlow.scale * L\n"
	       "barlow.diagonal is the weight of the first sum, 1 in the paper\n"
	       "barlow.stop_gradient=true: no gradient into Z2\n"
	       "terms: on_diagonal, off_diagonal: the two sums, without lambda and scale\n",
    .source = "Zbontar, Jing, Misra, LeCun, Deny: Barlow Twins: Self-Supervised Learning via "
	      "Redundancy Reduction, ICML 2021, arXiv 2103.03230; defaults of solo-learn for CIFAR",
    .hparams = hparams,
    .terms = terms,
    .defaults = defaults,
    .views = 2,
    .size = sizeof(struct barlow),
    .projector = offsetof(struct barlow, projector),
    .init = barlow_init,
    .loss = barlow_loss,
};
