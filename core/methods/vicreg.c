/*
 * VICReg (Bardes, Ponce, LeCun, 2105.04906).
 *
 *     L = lambda s(Z1, Z2) + mu v + nu c
 *     s = 1/N sum_n ||z1_n - z2_n||^2                         official: also divided by D
 *     v = v(Z1) + v(Z2)                                       official: divided by 2
 *         v(Z) = 1/D sum_j relu(gamma - sqrt(Var(z_j) + eps))
 *     c = c(Z1) + c(Z2),  c(Z) = 1/D sum_{i != j} Cov(Z)_ij^2
 *
 * Var and Cov are unbiased (N - 1). The form `paper` follows equations 1 to 6 of the paper; the
 * form `official` follows the released code, where s is a mean over elements and v a mean over the
 * views.
 */
#include <string.h>

#include "core/methods/heads.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

/* mu v(Z) + nu c(Z) of centred Z {N, D}. Both are functions of Cov = Z^T Z / (N - 1), whose
 * diagonal is Var. */
struct spread {
	struct correlation cov;
	struct spread_factors f;
	double *variance, *covariance; /* v(Z), c(Z): cells */
	struct correlation_slopes slopes;
};

static void spread_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	struct spread *s = out->save;
	int accumulate;
	struct tensor *g = tape_grad(out->in[0], &accumulate);

	if (!g)
		return;
	k->spread_backward(&s->cov, &s->f, tensor_grad(out), &s->slopes);
	k->correlation_grad_a(&s->cov, &s->slopes, g, accumulate);
}

static const struct op spread_op = {.name = "vicreg_spread", .backward = spread_op_backward};

static struct tensor *spread(struct tape *t, struct tensor *z, const struct vicreg_weights *w,
			     double mu, const struct spread **terms)
{
	struct tensor *y = tensor_new1(&t->arena, 1);
	struct spread *s = tape_alloc(t, sizeof *s);

	t->k->correlation_init(&s->cov, t, z, z, (double)tensor_rows(z) - 1);
	s->f = (struct spread_factors){mu, w->nu, w->gamma, w->eps};
	correlation_slopes_init(&s->slopes, t, s->cov.d);
	s->variance = tape_scalar(t);
	s->covariance = tape_scalar(t);
	t->k->spread_forward(&s->cov, &s->f, s->variance, s->covariance, y);
	y->save = s;
	*terms = s;
	return tape_append(t, &spread_op, y, &z, 1);
}

struct tensor *loss_spread(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct vicreg_weights *w, struct method_out *out)
{
	const double half = w->form == 'o' ? 0.5 : 1;
	const struct spread *a, *b;
	struct tensor *va, *vb;

	va = spread(t, op_center(t, z1), w, half * w->mu, &a);
	vb = spread(t, op_center(t, z2), w, half * w->mu, &b);
	method_term(out, "variance", half, a->variance, b->variance);
	method_term(out, "covariance", 1, a->covariance, b->covariance);
	return op_add(t, va, vb);
}

struct tensor *loss_vicreg(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct vicreg_weights *w, struct method_out *out)
{
	const double n = (double)tensor_rows(z1);
	const double mean = w->form == 'o' ? 1 / (n * tensor_cols(z1)) : 1 / n;
	struct tensor *s = op_sum_squares(t, op_sub(t, z1, z2));
	double *cell = tape_scalar(t);

	t->k->scalar_of(s, cell);
	method_term(out, "invariance", mean, cell, NULL);
	return op_add(t, op_scale(t, s, w->lambda * mean), loss_spread(t, z1, z2, w, out));
}

struct vicreg {
	const struct encoder *encoder;
	struct mlp projector;
	struct vicreg_weights weights;
};

static int vicreg_init(void *self, const struct method_env *env, struct error *err)
{
	const struct recipe *r = env->recipe;
	struct vicreg *m = self;

	m->encoder = env->encoder;
	m->weights.lambda = recipe_real(r, "vicreg.lambda");
	m->weights.mu = recipe_real(r, "vicreg.mu");
	m->weights.nu = recipe_real(r, "vicreg.nu");
	m->weights.gamma = recipe_real(r, "vicreg.gamma");
	m->weights.eps = recipe_real(r, "vicreg.eps");
	m->weights.form = !strcmp(recipe_text(r, "vicreg.form"), "official") ? 'o' : 'p';
	return head_init(&m->projector, env, "projector", "", PART_PROJECTOR,
			 encoder_dim(m->encoder), 0, err);
}

static void vicreg_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct vicreg *m = self;
	struct tensor *z = embed_views(t, b, m->encoder, &m->projector);

	out->loss = loss_vicreg(t, view_of(t, z, b, 0), view_of(t, z, b, 1), &m->weights, out);
	out->embedding = z;
}

static const struct hparam hparams[] = {
    {"vicreg.lambda", HP_REAL, "25", 0, 1e6, NULL,
     "weight of the invariance term (paper and code: 25)"},
    {"vicreg.mu", HP_REAL, "25", 0, 1e6, NULL, "weight of the variance term (paper and code: 25)"},
    {"vicreg.nu", HP_REAL, "1", 0, 1e6, NULL, "weight of the covariance term (paper and code: 1)"},
    {"vicreg.gamma", HP_REAL, "1", 0, 1e3, NULL,
     "standard deviation below which the variance term is positive (paper and code: 1)"},
    {"vicreg.eps", HP_REAL, "1e-4", 1e-12, 1, NULL,
     "added to the variance under the square root (paper and code: 1e-4)"},
    {"vicreg.form", HP_ENUM, "official", 0, 0, "official|paper",
     "paper: the invariance is summed over dimensions and the variance over both views; "
     "official: both are means, as in the released code"},
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[2048, 2048, 2048]"},
    {"projector.hidden_bias", "true"},
    {"optim.lr", "0.3"},
    {"optim.weight_decay", "1e-4"},
    {0},
};

static const char *const terms[] = {"loss.invariance", "loss.variance", "loss.covariance", NULL};

const struct method method_vicreg = {
    .name = "vicreg",
    .title = "VICReg",
    .summary = "invariance between views; variance and covariance terms against collapse",
    .formula = "L = lambda s + mu v + nu c\n"
	       "s = 1/N sum_n ||z1_n - z2_n||^2\n"
	       "v = v(Z1) + v(Z2),  v(Z) = 1/D sum_j max(0, gamma - sqrt(Var(z_j) + eps))\n"
	       "c = c(Z1) + c(Z2),  c(Z) = 1/D sum_{i != j} Cov(Z)_ij^2\n"
	       "vicreg.form=official: s is divided by D as well, and v by 2\n"
	       "terms: invariance, variance, covariance: s, v, c\n",
    .source = "Bardes, Ponce, LeCun: VICReg: Variance-Invariance-Covariance Regularization for "
	      "Self-Supervised Learning, ICLR 2022, arXiv 2105.04906; heads and learning rate of "
	      "solo-learn for CIFAR",
    .hparams = hparams,
    .terms = terms,
    .defaults = defaults,
    .views = 2,
    .size = sizeof(struct vicreg),
    .projector = offsetof(struct vicreg, projector),
    .scaled = 1,
    .init = vicreg_init,
    .loss = vicreg_loss,
};
