/* The tables: the run's own keys, the modules', and each method's. */
#include "core/run/keys.h"

#include <string.h>

#include "core/augment/augment.h"
#include "core/eval/protocol.h"
#include "core/methods/method.h"
#include "core/nn/encoder.h"
#include "core/optim/optim.h"
#include "core/run/dynamics.h"

static const struct hparam run_hparams[] = {
    {"method", HP_ENUM, "vicreg", 0, 0, NULL, "what is trained: ssl methods"},
    {"seed", HP_INT, "1", 0, 9007199254740991.0, NULL,
     "of the initial weights, the order of the images and their augmentation"},
    {"data.set", HP_TEXT, "shapes", 0, 0, NULL, "the dataset: ssl data ls"},
    {"data.val", HP_INT, "0", 0, 100000000, NULL,
     "images held out of train for selection, the same share of every class"},
    {"data.val_seed", HP_INT, "0", 0, 9007199254740991.0, NULL,
     "which images are held out; apart from seed, so that all seeds select on the same"},
    {"eval.every", HP_INT, "5", 0, 1000000, NULL,
     "epochs between evaluations during a run, and one after the last; 0: none"},
    {"eval.at_start", HP_BOOL, "true", 0, 0, NULL,
     "evaluate before training as well: the floor that an untrained encoder gives"},
    {"eval.protocol", HP_LIST, "[knn]", 0, 0, NULL,
     "how encoders are judged; what trains the encoder only after the last epoch; [] not at all"},
    {"eval.split", HP_ENUM, "test", 0, 0, "val|test",
     "images that are judged; val where data.val holds some out, else test"},
    {"eval.final_test", HP_BOOL, "true", 0, 0, NULL,
     "where eval.split is val: score the test split once as well, after the last epoch"},
    {"checkpoint.every", HP_INT, "5", 0, 1000000, NULL,
     "epochs between checkpoints, and one after the last; 0: none"},
    {"checkpoint.keep_last", HP_INT, "2", 1, 1000000, NULL, "newest checkpoints that are kept"},
    {"checkpoint.keep_best", HP_INT, "1", 0, 1, NULL,
     "1: the checkpoint that was evaluated best is kept too"},
    {"guard.nan", HP_ENUM, "fail", 0, 0, "fail|record",
     "a loss that is not finite: the run fails (exit 7), or it is recorded and goes on"},
    {0},
};

static int protocol_tables(void)
{
	int n = 0;

	while (protocol_hparams(n))
		n++;
	return n;
}

static int keys_group(int i, struct hparam_group *out)
{
	static const struct hparam_group fixed[] = {
	    {run_hparams, NULL, NULL},      {eval_hparams, NULL, NULL},
	    {encoder_hparams, NULL, NULL},  {optim_hparams, NULL, NULL},
	    {augment_hparams, NULL, NULL},  {batch_hparams, NULL, NULL},
	    {head_hparams, "method", NULL}, {dynamics_hparams, NULL, NULL},
	};
	const int n = sizeof fixed / sizeof *fixed, protocols = protocol_tables();
	const struct method *m;

	if (i < n) {
		*out = fixed[i];
		return 1;
	}
	if (i < n + protocols) {
		*out = (struct hparam_group){protocol_hparams(i - n), NULL, NULL};
		return 1;
	}
	m = method_at(i - n - protocols);
	if (m)
		*out = (struct hparam_group){m->hparams, "method", m->name};
	return m != NULL;
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
	const struct method *m = strcmp(key, "method") ? NULL : method_at(i);
	const struct protocol_row *p = strcmp(key, "eval.protocol") ? NULL : protocol_at(i);

	return m ? m->name : p ? p->name : NULL;
}

static int keys_check(const struct recipe *r, const char **key, struct error *err)
{
	if (augment_check(r, key, err))
		return -1;
	if (strcmp(recipe_text(r, "eval.split"), "val") || recipe_int(r, "data.val"))
		return 0;
	*key = "eval.split";
	return error_set(err, ERR_USAGE, "eval.split: val, but data.val holds no images out");
}

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
	};

	return &schema;
}
