/* The tables: the run's own keys, the modules', and each method's. */
#include "core/run/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/augment/augment.h"
#include "core/eval/protocol.h"
#include "core/methods/method.h"
#include "core/nn/encoder.h"
#include "core/optim/optim.h"
#include "core/recipe/history.h"
#include "core/run/dynamics.h"

static const struct hparam run_hparams[] = {
    {"method", HP_ENUM, "vicreg", 0, 0, NULL, "the method to train (see ssl methods)"},
    {"seed", HP_INT, "1", 0, 9007199254740991.0, NULL,
     "seed of the initial weights, the order of the images and their augmentation"},
    {"precision", HP_ENUM, "f32", 0, 0, "f32|tf32|bf16",
     "number format in which the run computes: f32 = 32 bits everywhere, on any device; tf32 = "
     "convolutions and matrix products of values rounded to tf32; bf16 = activations of the "
     "encoder and their gradients in bf16, and linear layers of bf16 values, with weights, batch "
     "statistics, losses and the optimiser in f32; tf32 and bf16 need a CUDA device"},
    {"data.set", HP_TEXT, "shapes", 0, 0, NULL, "name of the dataset (see ssl data ls)"},
    {"data.val", HP_INT, "auto", 0, 100000000, "auto",
     "number of validation images: if the dataset's own validation split has this size, that "
     "split; otherwise this many images held out of train, the same share of every class; auto: "
     "the size of the dataset's own split; without one, a tenth of train if train has at least "
     "two classes and there is no labelled test split (or eval.split is val); otherwise, and "
     "whenever eval.protocol is [], 0"},
    {"data.val_seed", HP_INT, "0", 0, 9007199254740991.0, NULL,
     "seed that selects the held-out images; separate from seed, so that runs with different "
     "seeds hold out the same images"},
    {"eval.every", HP_INT, "5", 0, 1000000, NULL,
     "epochs between evaluations during a run, with one more after the last epoch; 0: no "
     "evaluation during or after training"},
    {"eval.at_start", HP_BOOL, "true", 0, 0, NULL,
     "also evaluate before training, which gives the score of the untrained encoder as a baseline"},
    {"eval.protocol", HP_LIST, "[knn]", 0, 0, NULL,
     "evaluation protocols; those that fine-tune the encoder run only after the last epoch; [] "
     "disables evaluation"},
    {"eval.split", HP_ENUM, "test", 0, 0, "val|test",
     "images to evaluate on; test is the default only without validation images (data.val): with "
     "them the default is val"},
    {"eval.final_test", HP_BOOL, "true", 0, 0, NULL,
     "if eval.split is val: also score the test split, once, after the last epoch"},
    {"checkpoint.every", HP_INT, "5", 0, 1000000, NULL,
     "epochs between checkpoints, with one more after the last epoch; 0: no checkpoints"},
    {"checkpoint.keep_last", HP_INT, "2", 1, 1000000, NULL,
     "number of most recent checkpoints to keep"},
    {"checkpoint.keep_best", HP_INT, "1", 0, 1, NULL,
     "1: also keep the checkpoint with the best top-1 on eval.split after training has begun, by "
     "the first of knn, linear, linear-10pct and linear-1pct that eval.protocol contains"},
    {"guard.nan", HP_ENUM, "fail", 0, 0, "fail|record",
     "what to do if the loss is not finite: fail = the run fails (exit 7); record = the loss is "
     "recorded and the run continues"},
    {0},
};

/* The number of tables in a list, whose function returns 0 past the end. */
static int tables(int (*group)(int i, struct hparam_group *out))
{
	struct hparam_group ignored;
	int n = 0;

	while (group(n, &ignored))
		n++;
	return n;
}

static int protocol_group(int i, struct hparam_group *out)
{
	*out = (struct hparam_group){protocol_hparams(i), NULL, NULL};
	return out->rows != NULL;
}

static int method_group(int i, struct hparam_group *out)
{
	const struct method *m = method_at(i);

	if (m)
		*out = (struct hparam_group){m->hparams, "method", m->name};
	return m != NULL;
}

static int keys_group(int i, struct hparam_group *out)
{
	static int (*const lists[])(int, struct hparam_group *) = {encoder_group, optim_group,
								   protocol_group, method_group};
	static const struct hparam_group fixed[] = {
	    {run_hparams, NULL, NULL},      {eval_hparams, NULL, NULL},
	    {encoder_hparams, NULL, NULL},  {optim_hparams, NULL, NULL},
	    {augment_hparams, NULL, NULL},  {batch_hparams, NULL, NULL},
	    {head_hparams, "method", NULL}, {dynamics_hparams, NULL, NULL},
	};
	const int n = sizeof fixed / sizeof *fixed;

	if (i < n) {
		*out = fixed[i];
		return 1;
	}
	i -= n;
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		const int many = tables(lists[k]);

		if (i < many)
			return lists[k](i, out);
		i -= many;
	}
	return 0;
}

static const struct hparam_default *keys_defaults(const char *key, const char *value)
{
	static const struct hparam_default held_out[] = {{"eval.split", "val"}, {0}};
	const struct method *m;
	const struct optim *o;

	if (!strcmp(key, "method"))
		return (m = method_find(value)) ? m->defaults : NULL;
	if (!strcmp(key, "augment.preset"))
		return augment_preset(value);
	if (!strcmp(key, "encoder.arch"))
		return encoder_defaults(value);
	if (!strcmp(key, "optim.name"))
		return (o = optim_find(value)) ? o->defaults : NULL;
	if (!strcmp(key, "data.val") && strcmp(value, "0") != 0)
		return held_out;
	return NULL;
}

static const char *keys_choice(const char *key, int i)
{
	const struct method *m;
	const struct optim *o;
	const struct protocol_row *p;

	if (!strcmp(key, "method"))
		return (m = method_at(i)) ? m->name : NULL;
	if (!strcmp(key, "encoder.arch"))
		return encoder_name(i);
	if (!strcmp(key, "optim.name"))
		return (o = optim_at(i)) ? o->name : NULL;
	if (!strcmp(key, "eval.protocol"))
		return (p = protocol_at(i)) ? p->name : NULL;
	return NULL;
}

static int keys_check(const struct recipe *r, const char **key, struct error *err)
{
	return augment_check(r, key, err);
}

/* Refuses a contradiction within the recipe. check.h compares the recipe with the dataset. */
static int refuse_split(const struct recipe *r, const char **key, struct error *err)
{
	if (strcmp(recipe_text(r, "eval.split"), "val") || recipe_int(r, "data.val") ||
	    !recipe_given(r, "data.val"))
		return 0;
	*key = "eval.split";
	return error_set(err, ERR_USAGE, "eval.split: val, but data.val holds no images out");
}

/* Refuses a warm-up that does not end within the run, since the learning rate would never reach its
 * value. A warm-up that is a default, or was recorded, is accepted, unless a recorded one meets an
 * optim.epochs that is given now. */
static int keys_refuse(const struct recipe *r, const char **key, struct error *err)
{
	const double warmup = recipe_real(r, "optim.warmup");
	const long epochs = recipe_int(r, "optim.epochs");
	const int given = recipe_given(r, "optim.warmup");

	if (refuse_split(r, key, err))
		return -1;
	if (warmup <= (double)epochs ||
	    (!given && !(recipe_recorded(r, "optim.warmup") && recipe_given(r, "optim.epochs"))))
		return 0;
	*key = given ? "optim.warmup" : "optim.epochs";
	return error_set(
	    err, ERR_USAGE,
	    "optim.warmup: %g epochs of warm-up are more than the run has (optim.epochs is "
	    "%ld); leave it out, and it is a tenth of the run, at most 10",
	    warmup, epochs);
}

/* A tenth of the run, but never more than the 10 epochs of SimCLR, BYOL, Barlow Twins and VICReg.
 */
static void compute_warmup(const struct resolver *draft, struct strbuf *out)
{
	const char *epochs = recipe_so_far(draft, "optim.epochs");
	double tenth = (epochs ? strtod(epochs, NULL) : 0) / 10;

	strbuf_add_number(out, tenth < 10 ? tenth : 10);
}

static int keys_compute(const struct resolver *draft, const char *key, const char *word,
			const struct recipe_context *context, struct strbuf *out, struct error *err)
{
	if (strcmp(word, "auto") != 0)
		return 0;
	if (!strcmp(key, "optim.warmup"))
		compute_warmup(draft, out);
	else if (context)
		return context->answer(context->ctx, key, draft, out, err);
	else
		strbuf_adds(out, "0"); /* data.val, of a dataset that is not known */
	return 0;
}

/* The key whose value "same" stands for: augment.b.X has that of view A, and the weight decay of a
 * part that of the whole. */
static const char *keys_stands_for(const char *key)
{
	static const char view_b[] = "augment.b.", decay[] = "optim.weight_decay_";
	const size_t n = sizeof view_b - 1;
	const struct hparam *hp = augment_hparams;

	if (!strncmp(key, decay, sizeof decay - 1))
		return "optim.weight_decay";
	if (strncmp(key, view_b, n) != 0)
		return NULL;
	for (; hp->name; hp++)
		if (!strncmp(hp->name, view_b, n - 2) && !strcmp(hp->name + n - 2, key + n))
			return hp->name;
	return NULL;
}

/* See core/recipe/history.h. Version 1 of the defaults is that of the first release. */
static const struct recipe_was was[] = {
    {2, "optim.warmup", "10", NULL, NULL},
    {2, "data.val", "0", NULL, NULL},
    {0},
};
static const struct recipe_word words[] = {
    {"optim.lars_form", "decay_in_norm", "A"},
    {"optim.lars_form", "larc", "C"},
    {0},
};
static const struct recipe_added added[] = {{"precision", "f32", 2}, {0}};
static const struct recipe_history history = {
    .defaults = 2, .added = added, .words = words, .was = was};

const struct recipe_schema *keys_schema(void)
{
	static const struct hparam_default aliases[] = {
	    {"eval.knn.T", "eval.knn.temperature"},
	    {"simclr.tau", "simclr.temperature"},
	    {"simclr.T", "simclr.temperature"},
	    {0},
	};
	static const struct recipe_schema schema = {
	    .group = keys_group,
	    .defaults = keys_defaults,
	    .choice = keys_choice,
	    .aliases = aliases,
	    .check = keys_check,
	    .refuse = keys_refuse,
	    .compute = keys_compute,
	    .stands_for = keys_stands_for,
	    .history = &history,
	};

	return &schema;
}
