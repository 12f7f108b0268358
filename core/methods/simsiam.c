/*
 * SimSiam (Chen & He, 2011.10566).
 *
 *     L = -1/2 1/N sum_n cos(p1_n, sg z2_n) - 1/2 1/N sum_n cos(p2_n, sg z1_n)
 *
 * where p = predictor(z), z = projector(encoder(x)), and sg stops the gradient; z2 gets its
 * gradient through p2. The one-sided loss is the first cosine with weight 1 instead of 1/2
 * (equation 1 of the paper), so that its minimum is also -1.
 */
#include "core/methods/siamese.h"
#include "core/ops/ops.h"

struct tensor *loss_simsiam(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *z1,
			    struct tensor *z2, const struct pair_opts *o, struct method_out *out)
{
	struct tensor *s = pair_similarity(t, p1, z2, o);

	if (!o->one_sided)
		s = op_scale(t, op_add(t, s, pair_similarity(t, p2, z1, o)), 0.5);
	method_term(out, "cosine", 0.5, pair_cosine(t, p1, z2), pair_cosine(t, p2, z1));
	return op_scale(t, s, -1);
}

static int simsiam_init(void *self, const struct method_env *env, struct error *err)
{
	return siamese_init_heads(self, env, "simsiam", err);
}

static void simsiam_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct siamese *m = self;
	struct siamese_batch v = siamese_forward(m, t, b, out);
	struct tensor *l = loss_simsiam(t, v.p[0], v.p[1], v.y[0], v.y[1], &m->pair, out);

	out->loss = siamese_spread(m, t, &v, l, out);
}

static const struct hparam hparams[] = {
    SIAMESE_HPARAMS("simsiam", "shared", "0.99", "cosine"),
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[2048, 2048, 2048]"},
    {"projector.out_norm", "bn_no_affine"},
    {"predictor.dims", "[512, 2048]"},
    {"predictor.hidden_bias", "false"},
    {"predictor.out_bias", "true"},
    {"optim.name", "sgd"},
    {"optim.lr", "0.5"},
    {"optim.weight_decay", "1e-5"},
    {"optim.decay_bias_norm", "true"},
    {"optim.predictor_lr_fixed", "true"},
    {0},
};

static const char *const terms[] = {"loss.cosine", "loss.variance", "loss.covariance", "tau", NULL};

const struct method method_simsiam = {
    .name = "simsiam",
    .title = "SimSiam",
    .summary = "predicts the other view's embedding by the same network, with a stop-gradient",
    .formula =
	"L = -1/2N sum_n cos(p1_n, z2_n) - 1/2N sum_n cos(p2_n, z1_n)\n"
	"p = predictor(z), z = projector(encoder(x)); no gradient into the z of the cosines\n"
	"simsiam.symmetric=false: L = -1/N sum_n cos(p1_n, z2_n)\n"
	"simsiam.mu, simsiam.nu add VICReg's mu v + nu c of the z, as its released code has "
	"them\n"
	"terms: cosine: the mean of the cosines; variance, covariance: v, c; tau\n",
    .source = "Chen, He: Exploring Simple Siamese Representation Learning, CVPR 2021, arXiv "
	      "2011.10566; learning rate, weight decay and heads of solo-learn for CIFAR",
    .hparams = hparams,
    .terms = terms,
    .without = siamese_without,
    .defaults = defaults,
    .loss_floor = -1,
    .least_progress = 0.15,
    .views = 2,
    .size = sizeof(struct siamese),
    .projector = offsetof(struct siamese, projector),
    .predictor = offsetof(struct siamese, predictor),
    .init = simsiam_init,
    .start = siamese_start,
    .loss = simsiam_loss,
    .after_step = siamese_after_step,
};
