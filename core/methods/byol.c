/*
 * BYOL (Grill et al., 2006.07733).
 *
 *     L = 1/N sum_n ||p1^ - t2^||^2 + 1/N sum_n ||p2^ - t1^||^2
 *
 * p = predictor(projector(encoder(x))), t the target network's projection of the other view, ^ the
 * division by the norm: each half is 2 - 2 cos(p, t), and no gradient flows into t. After every
 * step the target follows the online network: xi <- tau xi + (1 - tau) theta.
 *
 * As in the official code norms are floored at 1e-6, only weights are averaged, and the target's
 * batch norms use the statistics of its own batches.
 */
#include "core/methods/siamese.h"
#include "core/ops/ops.h"

struct tensor *loss_byol(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *t1,
			 struct tensor *t2, const struct pair_opts *o, struct method_out *out)
{
	struct tensor *l = pair_distance(t, p1, t2, o);

	if (!o->one_sided)
		l = op_add(t, l, pair_distance(t, p2, t1, o));
	method_term(out, "cosine", (pair_cosine(p1, t2) + pair_cosine(p2, t1)) / 2);
	return l;
}

static int byol_init(void *self, const struct method_env *env, struct error *err)
{
	return siamese_init_heads(self, env, "byol", err);
}

static void byol_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct siamese *m = self;
	struct siamese_batch v = siamese_forward(m, t, b, out);
	struct tensor *l = loss_byol(t, v.p[0], v.p[1], v.y[0], v.y[1], &m->pair, out);

	out->loss = siamese_spread(m, t, &v, l, out);
}

static const struct hparam hparams[] = {
    {"byol.tau", HP_REAL, "0.99", 0, 1, NULL,
     "how much of itself the target keeps at a step (solo-learn on CIFAR: 0.99; paper: 0.996 for "
     "1000 epochs, 0.97 to 0.99 for fewer)"},
    {"byol.tau_schedule", HP_ENUM, "cosine", 0, 0, "cosine|constant",
     "cosine: tau rises to 1 at the last step (paper); constant: it stays"},
    {"byol.target", HP_ENUM, "ema", 0, 0, "ema|shared|none",
     "ema: a slowly moving copy (paper); shared: the online net itself, without gradient (the "
     "paper's tau = 0); none: the online net, gradients through both (paper's table 5b, no "
     "target)"},
    {"byol.stop_gradient", HP_BOOL, "true", 0, 0, NULL,
     "no gradient into a shared target (paper: none); false makes it the target none"},
    {"byol.normalize", HP_ENUM, "l2", 0, 0, "l2|ln|bn|none",
     "predictions and targets: l2 = of norm 1 (paper); ln = each less the mean of its dimensions, "
     "then of norm 1; bn = standardised over the batch, / sqrt(D); none = as they are (paper's "
     "ablation of the normalisation)"},
    {"byol.symmetric", HP_BOOL, "true", 0, 0, NULL,
     "both halves of the loss (paper); false: the first alone (DirectPred on ImageNet)"},
    {"byol.mu", HP_REAL, "0", 0, 1e6, NULL,
     "weight of VICReg's variance term on z, added to the loss (0 = none; 2105.04906: 1)"},
    {"byol.nu", HP_REAL, "0", 0, 1e6, NULL,
     "weight of VICReg's covariance term on z, added to the loss (0 = none; 2105.04906: 0.01)"},
    {"byol.gamma", HP_REAL, "1", 0, 1e3, NULL,
     "standard deviation below which that variance term pulls (2105.04906: 1)"},
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[4096, 256]"}, {"projector.hidden_bias", "true"},
    {"predictor.dims", "[4096, 256]"}, {"optim.lr", "1"},
    {"optim.weight_decay", "1e-5"},    {0},
};

static const char *const terms[] = {"loss.cosine", "loss.variance", "loss.covariance", "tau", NULL};

const struct method method_byol = {
    .name = "byol",
    .title = "BYOL",
    .summary = "predicts a slowly moving target network's embedding of the other view",
    .formula = "L = 1/N sum_n (2 - 2 cos(p1_n, t2_n)) + 1/N sum_n (2 - 2 cos(p2_n, t1_n))\n"
	       "p = predictor(projector(encoder(x))); t = the target's projector(encoder(x)), no "
	       "gradient\n"
	       "after each step: target <- tau target + (1 - tau) online\n"
	       "tau_k = 1 - (1 - tau) (cos(pi k / K) + 1) / 2, or constant (byol.tau_schedule)\n"
	       "byol.mu, byol.nu add VICReg's mu v + nu c of the z, as its released code has them\n"
	       "terms: cosine: the mean of the cosines; variance, covariance: v, c; tau\n",
    .source =
	"Grill et al.: Bootstrap Your Own Latent, NeurIPS 2020, arXiv 2006.07733; defaults of "
	"solo-learn for CIFAR, biases of the official code",
    .hparams = hparams,
    .terms = terms,
    .without = siamese_without,
    .defaults = defaults,
    .views = 2,
    .size = sizeof(struct siamese),
    .projector = offsetof(struct siamese, projector),
    .predictor = offsetof(struct siamese, predictor),
    .init = byol_init,
    .start = siamese_start,
    .loss = byol_loss,
    .after_step = siamese_after_step,
};
