/*
 * Fine-tuning: a copy of the encoder with a linear head is trained as a whole by cross-entropy,
 * with Nesterov SGD and a learning rate that a cosine decays to 0. Images are cropped and flipped
 * as in the recipe, with no other augmentation; batch norm is in training mode. With a share of the
 * labels this is the semi-supervised protocol of the papers (SimCLR, 2002.05709, section 4 and
 * appendix B.5).
 */
#include <stdlib.h>
#include <string.h>

#include "core/augment/batch.h"
#include "core/base/rng.h"
#include "core/data/loader.h"
#include "core/eval/draws.h"
#include "core/eval/features.h"
#include "core/eval/linear.h"
#include "core/eval/protocols.h"
#include "core/ops/ops.h"
#include "core/optim/optim.h"
#include "core/optim/schedule.h"

static const struct hparam hparams[] = {
    {"eval.finetune.labels", HP_REAL, "1", 0.0001, 1, NULL,
     "share of the training images of each class that keep their label"},
    {"eval.finetune.lr", HP_REAL, "0.05", 1e-9, 1e6, NULL,
     "learning rate for a batch of 256 images, scaled linearly with the batch (SimCLR, lightly "
     "0.05; Barlow Twins 0.002; VICReg, encoder: 0.03 with 1 % of the labels, 0.01 with 10 %)"},
    {"eval.finetune.head_lr", HP_REAL, "0", 0, 1e6, NULL,
     "learning rate of the linear head, scaled in the same way; 0: eval.finetune.lr (Barlow "
     "Twins 0.5; VICReg 0.08 with 1 % of the labels, 0.1 with 10 %)"},
    {"eval.finetune.epochs", HP_INT, "30", 1, 100000, NULL,
     "passes over the labelled images (lightly 30; SimCLR 60 and 30 for 1 and 10 %, Barlow Twins, "
     "VICReg 20)"},
    {"eval.finetune.batch", HP_INT, "64", 1, 1000000, NULL,
     "images per step, or all labelled images if there are fewer (small, for many steps on few "
     "labels; papers 256 to 4096)"},
    {"eval.finetune.momentum", HP_REAL, "0.9", 0, 0.9999, NULL,
     "Nesterov momentum (SimCLR, BYOL 0.9)"},
    {"eval.finetune.weight_decay", HP_REAL, "0", 0, 1000, NULL,
     "weight decay, not applied to biases and batch norm (SimCLR, lightly 0)"},
    {0},
};

/* The copy of the encoder that is trained, with its head. */
struct model {
	const struct eval_task *t;
	struct arena arena;
	struct params params;
	struct encoder *encoder;
	struct param *weight, *bias; /* the head: {classes, D}, {classes} */
	struct tape tape;
	struct augment view;
	struct loader loader;
	struct batcher batcher;
	struct optim_opts opts;
	int epochs;
};

/* The crops and flips of the recipe's view A, without the other operations. */
static struct augment training_view(const struct augment *plain)
{
	struct augment a = *plain;

	a.rotate_p = a.jitter_p = a.gray_p = a.blur_p = a.solarize_p = 0;
	return a;
}

static void copy_encoder(struct model *s)
{
	for (int i = 0; i < s->params.n; i++) {
		struct param *to = s->params.list[i];
		const struct param *from = params_find(s->t->source.params, to->name);

		if (to == s->weight || to == s->bias)
			continue;
		if (!from || from->t.n != to->t.n)
			BUG("%s: the encoder has no such values", to->name);
		tensor_copy(&to->t, &from->t);
	}
}

static void init_head(struct model *s, uint64_t seed)
{
	real *w = xmalloc(s->weight->t.n * sizeof *w);
	struct rng r;

	rng_init(&r, seed, RNG_EVAL, 0, DRAW_HEAD);
	for (size_t i = 0; i < s->weight->t.n; i++)
		w[i] = (real)(0.01 * rng_normal(&r));
	tensor_write(&s->weight->t, w);
	free(w);
}

static int build_model(struct model *s, uint64_t seed, struct error *err)
{
	int classes = s->t->source.data->classes, shape[2];

	s->encoder = encoder_new(s->t->source.spec, &s->params, "encoder.", PART_ENCODER, 0, err);
	if (!s->encoder)
		return -1;
	shape[0] = classes;
	shape[1] = encoder_dim(s->encoder);
	s->weight = params_add(&s->params, "head.weight", PARAM_WEIGHT, PART_OTHER, 2, shape,
			       INIT_ZERO, shape[1], classes);
	s->bias = params_add(&s->params, "head.bias", PARAM_BIAS, PART_OTHER, 1, shape, INIT_ZERO,
			     shape[1], classes);
	params_build(&s->params, seed);
	copy_encoder(s);
	init_head(s, seed);
	return 0;
}

static void build_training(struct model *s, uint64_t seed)
{
	const struct recipe *rc = s->t->recipe;
	const struct eval_images *train = s->t->train;
	long batch = recipe_int(rc, "eval.finetune.batch");
	double head_lr = recipe_real(rc, "eval.finetune.head_lr");

	batch = batch < train->n ? batch : train->n;
	s->epochs = (int)recipe_int(rc, "eval.finetune.epochs");
	s->opts.lr = recipe_real(rc, "eval.finetune.lr") * (double)batch / 256;
	s->opts.momentum = recipe_real(rc, "eval.finetune.momentum");
	s->opts.nesterov = 1;
	s->opts.weight_decay = recipe_real(rc, "eval.finetune.weight_decay");
	if (head_lr > 0)
		s->weight->lr_mult = s->bias->lr_mult =
		    head_lr / recipe_real(rc, "eval.finetune.lr");
	params_add_slots(&s->params, optim_find("sgd")->slots);
	s->view = training_view(s->t->source.plain);
	loader_init(&s->loader, &s->arena, s->t->source.data, train->index, (uint32_t)train->n,
		    (int)batch, seed);
	batcher_init(&s->batcher, &s->arena, &s->loader, &s->view, 1);
	tape_init(&s->tape, s->t->source.tape->arena.device);
}

static void take_step(struct model *s, int k, double lr, long step)
{
	struct tensor *x, *y;

	tape_reset(&s->tape);
	x = batcher_next(&s->batcher, k, &s->tape);
	y = op_linear(&s->tape, encoder_forward(s->encoder, &s->tape, x), &s->weight->t,
		      &s->bias->t);
	params_zero_grad(&s->params);
	tape_backward(&s->tape, op_cross_entropy(&s->tape, y, s->batcher.labels));
	optim_step(optim_find("sgd"), &s->opts, &s->params, lr, step);
}

static int train(struct model *s, struct error *err)
{
	int per_epoch = loader_steps(&s->loader);
	long total = (long)s->epochs * per_epoch, step = 0;

	for (int e = 0; e < s->epochs; e++) {
		loader_epoch(&s->loader, (uint32_t)e);
		for (int k = 0; k < per_epoch; k++, step++) {
			if (s->t->stop && *s->t->stop)
				return error_set(err, ERR_PREEMPTED, "stopped by signal %d",
						 *s->t->stop);
			take_step(s, k, schedule_lr(s->opts.lr, 0, 0, step, total, 1), step);
		}
	}
	return 0;
}

static void read_doubles(const struct tensor *t, double *out)
{
	real *host = xmalloc(t->n * sizeof *host);

	tensor_read(t, host);
	for (size_t i = 0; i < t->n; i++)
		out[i] = (double)host[i];
	free(host);
}

/* Classifies the evaluated images by the trained copy, with batch norm in evaluation mode. */
static void evaluate(struct model *s, struct eval_result *out)
{
	const struct eval_task *t = s->t;
	struct logistic l = {
	    .n = 1, .d = encoder_dim(s->encoder), .classes = t->source.data->classes};
	real *x = xmalloc((size_t)t->evaluated->n * (size_t)l.d * sizeof *x);
	double *w = xmalloc(logistic_size(&l) * sizeof *w);
	long top1, top5, bad;

	read_doubles(&s->weight->t, w);
	read_doubles(&s->bias->t, w + s->weight->t.n);
	features_extract(s->encoder, &s->tape, t->source.data, t->evaluated->split,
			 t->evaluated->index, (uint32_t)t->evaluated->n, t->source.plain, x);
	logistic_init(&l);
	bad = linear_classify(&l, w, x, t->evaluated->label, t->evaluated->n, out->predicted, &top1,
			      &top5);
	logistic_release(&l);
	if (bad)
		eval_missing(out, "scores of %ld of %d images are not finite", bad,
			     t->evaluated->n);
	out->score = out->rule1 = eval_score(t, top1, top5);
	free(w);
	free(x);
}

static void add_settings(const struct model *s, struct strbuf *out)
{
	strbuf_addf(out, "\"epochs\":%d,\"batch\":%d,\"lr\":", s->epochs, s->loader.batch);
	strbuf_add_number(out, s->opts.lr);
	strbuf_adds(out, ",\"head_lr\":");
	strbuf_add_number(out, s->opts.lr * s->weight->lr_mult);
	strbuf_adds(out, ",\"momentum\":");
	strbuf_add_number(out, s->opts.momentum);
	strbuf_adds(out, ",\"weight_decay\":");
	strbuf_add_number(out, s->opts.weight_decay);
}

static int run(const struct eval_task *t, struct eval_result *out, struct error *err)
{
	struct model s = {.t = t, .arena = ARENA_INIT};
	uint64_t seed = (uint64_t)recipe_int(t->recipe, "eval.seed");
	int ret = -1;

	params_init(&s.params, t->source.tape->arena.device);
	if (build_model(&s, seed, err))
		goto done;
	build_training(&s, seed);
	if (!train(&s, err)) {
		evaluate(&s, out);
		add_settings(&s, &out->settings);
		ret = 0;
	}
	tape_release(&s.tape);
done:
	params_release(&s.params);
	arena_release(&s.arena);
	return ret;
}

const struct protocol protocol_finetune = {
    .name = "finetune",
    .summary = "the whole encoder trained further with a linear head",
    .hparams = hparams,
    .labels_key = "eval.finetune.labels",
    .run = run,
};
