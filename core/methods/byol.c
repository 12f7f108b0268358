/*
 * BYOL (Grill et al., 2006.07733).
 *
 *     L = 1/N sum_n ||p1^ - t2^||^2 + 1/N sum_n ||p2^ - t1^||^2
 *
 * where p = predictor(projector(encoder(x))), t is the target network's projection of the other
 * view, and ^ denotes division by the norm: each half is 2 - 2 cos(p, t). No gradient flows into t.
 * After every step the target follows the online network: xi <- tau xi + (1 - tau) theta.
 *
 * As in the official code, norms are floored at 1e-6, only weights are averaged, and the target's
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
	method_term(out, "cosine", 0.5, pair_cosine(t, p1, t2), pair_cosine(t, p2, t1));
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
    SIAMESE_HPARAMS("byol", "ema", "0.99", "cosine"),
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
    .least_progress = 0.15,
    .views = 2,
    .size = sizeof(struct siamese),
    .projector = offsetof(struct siamese, projector),
    .predictor = offsetof(struct siamese, predictor),
    .init = byol_init,
    .start = siamese_start,
    .loss = byol_loss,
    .after_step = siamese_after_step,
};
