/*
 * SimCLR (Chen et al., 2002.05709): NT-Xent, the normalised temperature-scaled cross-entropy.
 *
 *     s_ij = u_i . u_j / T          u = z^, the 2N embeddings of both views
 *     l_i  = -s_i,i+ + log sum_{k != i} exp(s_ik)        i+: the other view of i
 *     L    = 1/2N sum_i l_i         official: the sum of two means over N, twice that
 *
 * Gradient, where P is the softmax of each row without the diagonal, minus 1 at the positive:
 *
 *     H = P + P^T        dL/du = H u / (2N T)
 */
#include "core/methods/heads.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

struct nt_xent {
	double temperature;
	real *p, *h; /* {2N, 2N}: P, with diagonal 0; H */
};

static void nt_xent_op_backward(struct tensor *out)
{
	const struct kernels *k = out->tape->k;
	struct nt_xent *s = out->save;
	int accumulate;
	struct tensor *u = out->in[0], *du = tape_grad(u, &accumulate);

	k->nt_xent_backward(u, s->temperature, s->p, s->h, tensor_grad(out), du, accumulate);
}

static const struct op nt_xent_op = {.name = "nt_xent", .backward = nt_xent_op_backward};

/* The loss L of u {2N, D}, in which the rows of the second view follow those of the first. */
static struct tensor *nt_xent(struct tape *t, struct tensor *u, double temperature,
			      struct method_out *out)
{
	struct tensor *y = tensor_new1(&t->arena, 1);
	struct nt_xent *s = tape_alloc(t, sizeof *s);
	const size_t n = tensor_rows(u), square = n * n;
	double *entropy = tape_scalar(t), *accuracy = tape_scalar(t);

	s->temperature = temperature;
	s->p = tape_values(t, square * sizeof *s->p);
	s->h = tape_values(t, square * sizeof *s->h);
	t->k->nt_xent_forward(u, temperature, s->p, tape_values(t, 3 * n * sizeof(double)), entropy,
			      accuracy, y);
	y->save = s;
	method_term(out, "accuracy", 1, accuracy, NULL);
	method_term(out, "entropy", 1, entropy, NULL);
	return tape_append(t, &nt_xent_op, y, &u, 1);
}

static struct tensor *contrast(struct tape *t, struct tensor *z, const struct simclr_opts *o,
			       struct method_out *out)
{
	struct tensor *l = nt_xent(t, embedding_normalize(t, z, o->normalize), o->temperature, out);

	return o->form == 'o' ? op_scale(t, l, 2) : l;
}

struct tensor *loss_simclr(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct simclr_opts *o, struct method_out *out)
{
	return contrast(t, op_concat(t, z1, z2), o, out);
}

struct simclr {
	const struct encoder *encoder;
	struct mlp projector;
	struct simclr_opts opts;
};

static int simclr_init(void *self, const struct method_env *env, struct error *err)
{
	struct simclr *m = self;

	m->encoder = env->encoder;
	m->opts.temperature = recipe_real(env->recipe, "simclr.temperature");
	m->opts.normalize = normalize_of(recipe_text(env->recipe, "simclr.normalize"));
	m->opts.form = recipe_text(env->recipe, "simclr.form")[0];
	return head_init(&m->projector, env, "projector", "", PART_PROJECTOR,
			 encoder_dim(m->encoder), 0, err);
}

static void simclr_loss(void *self, struct tape *t, const struct batch *b, struct method_out *out)
{
	const struct simclr *m = self;

	out->embedding = embed_views(t, b, m->encoder, &m->projector);
	out->loss = contrast(t, out->embedding, &m->opts, out);
}

static const struct hparam hparams[] = {
    {"simclr.temperature", HP_REAL, "0.2", 1e-3, 1e3, NULL,
     "temperature T or tau, which divides the similarities (solo-learn on CIFAR: 0.2; paper: 0.1 "
     "on ImageNet, 0.5 on CIFAR-10)"},
    {"simclr.normalize", HP_ENUM, "l2", 0, 0, "l2|bn|none",
     "normalisation of the embeddings: l2 = to norm 1 (paper: cosines); bn = each dimension "
     "standardised over the batch and divided by sqrt(D); none = not normalised (paper, table 5)"},
    {"simclr.form", HP_ENUM, "paper", 0, 0, "paper|official",
     "paper: the mean over both views (solo-learn too); official: the sum of two means as in the "
     "released code, which is twice that"},
    {0},
};

static const struct hparam_default defaults[] = {
    {"projector.dims", "[2048, 256]"},
    {"projector.hidden_bias", "true"},
    {"projector.out_bias", "true"},
    {"projector.hidden_norm", "false"},
    {"optim.lr", "0.4"},
    {"optim.weight_decay", "1e-4"},
    {0},
};

const struct method method_simclr = {
    .name = "simclr",
    .title = "SimCLR",
    .summary = "contrasts the other view of an image with all other images of the batch",
    .formula =
	"L = 1/2N sum_i [ -s_i,i+ + log sum_{k != i} exp(s_ik) ]\n"
	"s_ij = cos(z_i, z_j) / T over the 2N embeddings of both views; i+ is i's other view\n"
	"T = simclr.temperature; simclr.form=official: 2 L, as the released code\n"
	"terms: accuracy: percent of rows whose largest similarity is the positive's;\n"
	"entropy: mean entropy of the rows' softmax, log(2N - 1) when collapsed\n",
    .source =
	"Chen, Kornblith, Norouzi, Hinton: A Simple Framework for Contrastive Learning of "
	"Visual Representations, ICML 2020, arXiv 2002.05709; defaults of solo-learn for CIFAR",
    .hparams = hparams,
    .terms = (const char *const[]){"loss.accuracy", "loss.entropy", NULL},
    .defaults = defaults,
    .views = 2,
    .size = sizeof(struct simclr),
    .projector = offsetof(struct simclr, projector),
    .init = simclr_init,
    .loss = simclr_loss,
};
