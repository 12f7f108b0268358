/*
 * DirectPred (Tian, Chen, Ganguli, 2102.06810), DirectSet and DirectCopy (2110.04947): BYOL with a
 * linear predictor W that is computed from the correlation F of its input f, instead of being
 * trained (or in addition to it).
 *
 *     F <- rho F + (1 - rho) 1/2N sum f f^T      the first batch sets F; f = z, both views
 *     F  = U diag(s) U^T,    W = U diag(p) U^T
 *     p_j = s_j^alpha + epsilon max s            paper
 *     p_j = max((s_j / max s)^alpha + epsilon, 1e-4)                          official code
 *
 * alpha = 1/2 is DirectPred, alpha = 1 is DirectCopy (W = F / ||F|| + epsilon I), any other alpha
 * is DirectSet. A step follows the order of the official code: the loss with the W of the previous
 * step; the optimiser, which also updates W; in every `every`-th step W from F; then the target.
 */
#include <string.h>

#include "core/methods/siamese.h"
#include "core/tensor/kernels.h"

struct directpred {
	struct siamese
	    net; /* must be first: siamese_start() is called with a pointer to the whole */
	struct spectral_opts opts;
	double rho;
	long every;
	int center;
	struct param *w, *f, *batches; /* {D, D}; {D, D}; {1}: 0 before the first batch, then 1 */
	const struct tensor *z;        /* the embeddings of this step's loss() */
};

static int directpred_init(void *self, const struct method_env *env, struct error *err)
{
	const struct recipe *r = env->recipe;
	const char *variant = recipe_text(r, "directpred.variant");
	struct directpred *m = self;
	int d, square[2], one = 1;

	m->opts.alpha = !strcmp(variant, "directpred")   ? 0.5
			: !strcmp(variant, "directcopy") ? 1
							 : recipe_real(r, "directpred.alpha");
	m->opts.epsilon = recipe_real(r, "directpred.epsilon");
	m->opts.least = 1e-4;
	m->opts.form = recipe_text(r, "directpred.form")[0];
	m->rho = recipe_real(r, "directpred.rho");
	m->every = recipe_int(r, "directpred.every");
	m->center = recipe_bool(r, "directpred.center");
	if (siamese_init(&m->net, env, "directpred", err))
		return -1;
	square[0] = square[1] = d = mlp_out_dim(&m->net.projector);
	mlp_init(&m->net.predictor, env->params, "predictor.", PART_PREDICTOR, d, &d, 1,
		 (struct mlp_opts){0});
	m->w = m->net.predictor.weight[0];
	m->f = params_add(env->params, "directpred.correlation", PARAM_BUFFER, PART_OTHER, 2,
			  square, INIT_ZERO, 0, 0);
	m->batches = params_add(env->params, "directpred.batches", PARAM_BUFFER, PART_OTHER, 1,
				&one, INIT_ZERO, 0, 0);
	return 0;
}

static void directpred_loss(void *self, struct tape *t, const struct batch *b,
			    struct method_out *out)
{
	struct directpred *m = self;
	struct siamese_batch v = siamese_forward(&m->net, t, b, out);
	struct tensor *l = loss_byol(t, v.p[0], v.p[1], v.y[0], v.y[1], &m->net.pair, out);

	out->loss = siamese_spread(&m->net, t, &v, l, out);
	out->correlation = &m->f->t;
	m->z = out->embedding;
}

static void directpred_after_step(void *self, long k, long total, struct method_out *out)
{
	struct directpred *m = self;

	tensor_kernels(m->z)->spectral_update(&m->f->t, &m->batches->t, m->rho, m->center, m->z,
					      &m->opts, k % m->every ? NULL : &m->w->t,
					      m->net.params->gate);
	siamese_after_step(&m->net, k, total, out);
}

static const struct hparam hparams[] = {
    {"directpred.variant", HP_ENUM, "directpred", 0, 0, "directpred|directcopy|directset",
     "power of F that gives W: directpred = 1/2 (2102.06810); directcopy = 1; directset = alpha "
     "(2110.04947)"},
    {"directpred.alpha", HP_REAL, "0.5", 0, 10, NULL,
     "variant directset: the power of F (our choice: 1/2)"},
    {"directpred.rho", HP_REAL, "0.3", 0, 1, NULL,
     "decay of the moving average F, per step (paper and the README of its code: 0.3)"},
    {"directpred.epsilon", HP_REAL, "0.1", 0, 100, NULL,
     "amount by which every eigenvalue of W is raised (paper: 0.1; README of its code: 0.01)"},
    {"directpred.every", HP_INT, "1", 1, 1000000, NULL,
     "steps between two computations of W, which is trained by its gradient in between (paper: "
     "1; 5 is better on long runs)"},
    {"directpred.center", HP_BOOL, "false", 0, 0, NULL,
     "use the covariance instead of the correlation (paper: off, since it hurts)"},
    {"directpred.form", HP_ENUM, "official", 0, 0, "official|paper",
     "official: epsilon is added to the eigenvalues divided by the largest, as in the released "
     "code; paper: epsilon times the largest eigenvalue is added"},
    SIAMESE_HPARAMS("directpred", "ema", "0.996", "constant"),
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[512, 128]"},
    {"projector.hidden_bias", "true"},
    {"projector.out_bias", "true"},
    {"projector.norm_affine", "false"},
    {"optim.name", "sgd"},
    {"optim.lr", "0.06"},
    {"optim.batch", "128"},
    {"optim.schedule", "constant"},
    {"optim.warmup", "0"},
    {"optim.weight_decay", "4e-4"},
    {"optim.decay_bias_norm", "true"},
    {0},
};

static const char *const terms[] = {"loss.cosine", "loss.variance", "loss.covariance", "tau", NULL};

const struct method method_directpred = {
    .name = "directpred",
    .title = "DirectPred",
    .summary = "BYOL with a linear predictor set from the correlation of its input",
    .formula =
	"L = 1/N sum_n (2 - 2 cos(W z1_n, t2_n)) + 1/N sum_n (2 - 2 cos(W z2_n, t1_n))\n"
	"t: the target's z, no gradient; after each step: target <- tau target + (1 - tau) online\n"
	"F <- rho F + (1 - rho) 1/2N sum z z^T;  F = U diag(s) U^T;  W = U diag(p) U^T\n"
	"p_j = (s_j / max s)^a + epsilon, or form=paper: s_j^a + epsilon max s\n"
	"a = 1/2 directpred, 1 directcopy, directpred.alpha directset\n"
	"terms: cosine: the mean of the cosines; tau\n",
    .source = "Tian, Chen, Ganguli: Understanding Self-Supervised Learning Dynamics without "
	      "Contrastive Pairs, ICML 2021, arXiv 2102.06810; Wang, Chen, Du, Tian: Towards "
	      "Demystifying Representation Learning with Non-contrastive Self-supervision, arXiv "
	      "2110.04947; settings of the first's code for STL-10 and CIFAR-10",
    .hparams = hparams,
    .terms = terms,
    .without = siamese_without,
    .defaults = defaults,
    .least_progress = 0.15,
    .views = 2,
    .size = sizeof(struct directpred),
    .projector = offsetof(struct directpred, net.projector),
    .predictor = offsetof(struct directpred, net.predictor),
    .init = directpred_init,
    .start = siamese_start,
    .loss = directpred_loss,
    .after_step = directpred_after_step,
};
