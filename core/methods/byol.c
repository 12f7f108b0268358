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
#include <string.h>

#include "core/methods/heads.h"
#include "core/methods/losses.h"
#include "core/methods/target.h"
#include "core/ops/ops.h"
#include "core/optim/schedule.h"

static const double norm_floor = 1e-6;

/* sum_n ||p^ - sg t^||^2 */
static struct tensor *distance(struct tape *t, struct tensor *p, struct tensor *target)
{
	struct tensor *a = op_l2_normalize(t, p, norm_floor);
	struct tensor *b = op_l2_normalize(t, op_detach(t, target), norm_floor);

	return op_sum_squares(t, op_sub(t, a, b));
}

struct tensor *loss_byol(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *t1,
			 struct tensor *t2, struct method_out *out)
{
	struct tensor *sum = op_add(t, distance(t, p1, t2), distance(t, p2, t1));
	struct tensor *l = op_scale(t, sum, 1.0 / (double)tensor_rows(p1));

	method_term(out, "cosine", 1 - (double)l->data[0] / 4);
	return l;
}

struct byol {
	const struct encoder *encoder;
	struct mlp projector, predictor;
	struct target target;
	double tau;
	int cosine;
};

static int byol_init(void *self, const struct method_env *env, struct error *err)
{
	struct byol *m = self;

	m->encoder = env->encoder;
	m->tau = recipe_real(env->recipe, "byol.tau");
	m->cosine = !strcmp(recipe_text(env->recipe, "byol.tau_schedule"), "cosine");
	if (head_init(&m->projector, env, "projector", "", PART_PROJECTOR, encoder_dim(m->encoder),
		      0, err))
		return -1;
	if (predictor_init(&m->predictor, env, &m->projector, err))
		return -1;
	return target_init(&m->target, env, err);
}

static void byol_start(void *self, int resumed)
{
	struct byol *m = self;

	if (!resumed)
		target_copy(&m->target);
}

static void byol_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct byol *m = self;
	struct tensor *z = embed_views(t, b, m->encoder, &m->projector);
	struct tensor *p = mlp_forward(&m->predictor, t, z);
	struct tensor *y = target_embed(&m->target, t, b);

	out->loss = loss_byol(t, view_of(t, p, b, 0), view_of(t, p, b, 1), view_of(t, y, b, 0),
			      view_of(t, y, b, 1), out);
	out->embedding = z;
}

static void byol_after_step(void *self, long k, long total, struct method_out *out)
{
	struct byol *m = self;
	const double tau = schedule_tau(m->tau, k, total, m->cosine);

	target_follow(&m->target, tau);
	method_term(out, "tau", tau);
}

static const struct hparam hparams[] = {
    {"byol.tau", HP_REAL, "0.99", 0, 1, NULL,
     "how much of itself the target keeps at a step (solo-learn on CIFAR: 0.99; paper: 0.996 for "
     "1000 epochs, 0.97 to 0.99 for fewer)"},
    {"byol.tau_schedule", HP_ENUM, "cosine", 0, 0, "cosine|constant",
     "cosine: tau rises to 1 at the last step (paper); constant: it stays"},
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[4096, 256]"}, {"projector.hidden_bias", "true"},
    {"predictor.dims", "[4096, 256]"}, {"optim.lr", "1"},
    {"optim.weight_decay", "1e-5"},    {0},
};

const struct method method_byol = {
    .name = "byol",
    .title = "BYOL",
    .summary = "predicts a slowly moving target network's embedding of the other view",
    .formula = "L = 1/N sum_n (2 - 2 cos(p1_n, t2_n)) + 1/N sum_n (2 - 2 cos(p2_n, t1_n))\n"
	       "p = predictor(projector(encoder(x))); t = the target's projector(encoder(x)), no "
	       "gradient\n"
	       "after each step: target <- tau target + (1 - tau) online\n"
	       "tau_k = 1 - (1 - tau) (cos(pi k / K) + 1) / 2, or constant (byol.tau_schedule)\n"
	       "terms: cosine: the mean of the cosines; tau\n",
    .source =
	"Grill et al.: Bootstrap Your Own Latent, NeurIPS 2020, arXiv 2006.07733; defaults of "
	"solo-learn for CIFAR, biases of the official code",
    .hparams = hparams,
    .defaults = defaults,
    .views = 2,
    .size = sizeof(struct byol),
    .init = byol_init,
    .start = byol_start,
    .loss = byol_loss,
    .after_step = byol_after_step,
};
