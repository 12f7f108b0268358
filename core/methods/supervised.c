/*
 * The upper reference: the same encoder and augmentation (one view), trained with the labels.
 *
 *     L = -1/N sum_n log softmax(W h_n + b)[label_n]        h = encoder(x)
 */
#include "core/methods/heads.h"
#include "core/methods/losses.h"
#include "core/ops/ops.h"
#include "core/tensor/kernels.h"

struct supervised {
	const struct encoder *encoder;
	struct mlp classifier;
};

static int supervised_init(void *self, const struct method_env *env, struct error *err)
{
	struct supervised *m = self;

	if (env->classes < 2)
		return error_set(err, ERR_USAGE,
				 "method: supervised needs labels of at least two classes, and the "
				 "dataset has %d",
				 env->classes);
	m->encoder = env->encoder;
	mlp_init(&m->classifier, env->params, "classifier.", PART_OTHER, encoder_dim(m->encoder),
		 &env->classes, 1, (struct mlp_opts){.out_bias = 1});
	return 0;
}

static void supervised_loss(void *self, struct tape *t, const struct batch *b,
			    struct method_out *out)
{
	const struct supervised *m = self;
	struct tensor *h, *logits;
	double *top1 = tape_scalar(t);

	t->groups = b->groups;
	h = encoder_forward(m->encoder, t, b->x);
	logits = mlp_forward(&m->classifier, t, h);
	out->loss = op_cross_entropy(t, logits, b->labels);
	out->embedding = h;
	t->k->top1_percent(logits, tape_upload(t, b->labels, (size_t)b->n * sizeof *b->labels),
			   top1);
	method_term(out, "top1", 1, top1, NULL);
}

static const struct hparam_default defaults[] = {
    {"optim.name", "sgd"},
    {"optim.lr", "0.1"},
    {"optim.weight_decay", "5e-4"},
    {0},
};

static const char *const terms[] = {"loss.top1", NULL};

const struct method method_supervised = {
    .name = "supervised",
    .title = "Supervised",
    .summary = "cross-entropy with the labels: the ceiling of a comparison",
    .formula = "L = -1/N sum_n log softmax(W h_n + b)[label_n]\n"
	       "h = encoder(x), one view of each image; W, b: a linear classifier\n"
	       "terms: top1: percent of the batch that is classified right\n",
    .source =
	"the usual classifier; SGD 0.1 a batch of 256 (Goyal et al., arXiv 1706.02677), weight "
	"decay 5e-4 (Zagoruyko and Komodakis, arXiv 1605.07146, CIFAR)",
    .defaults = defaults,
    .terms = terms,
    .views = 1,
    .size = sizeof(struct supervised),
    .init = supervised_init,
    .loss = supervised_loss,
};
