/*
 * Optimisers update all parameters in `params`. Each is one file (sgd.c, adam.c, lars.c; template:
 * sgd.c) with a `const struct optim`, which also holds the hyperparameters that only this optimiser
 * has; the table in optim.c lists them. Their state is kept in the slots of the parameters, in
 * `real` like the weights, so checkpoints contain it without further code. The exact update rules
 * are at the head of each file; they are those of torch.optim, and the golden vectors sgd*, adam*,
 * lars* test them.
 *
 * Weight decay and LARS's adaptation do not apply to PARAM_BIAS and PARAM_NORM unless
 * optim.decay_bias_norm is set.
 */
#ifndef SSL_OPTIM_OPTIM_H
#define SSL_OPTIM_OPTIM_H

#include "core/base/error.h"
#include "core/recipe/hparam.h"
#include "core/recipe/recipe.h"
#include "core/tensor/kernels.h"
#include "core/tensor/params.h"

enum { OPTIM_PARTS = PART_OTHER + 1 };

struct optim_opts {
	double lr; /* base learning rate: scaled by the batch, before the schedule */
	double momentum;
	double weight_decay;
	int parts; /* 1: part_decay applies instead of weight_decay, by the parameter's part */
	double part_decay[OPTIM_PARTS];
	int decay_bias_norm; /* 1: biases and norms are also decayed and adapted */

	/* Set by the read() of one optimiser, 0 for the others. */
	int nesterov;             /* SGD */
	double beta1, beta2, eps; /* Adam, AdamW */
	double trust;             /* LARS: eta */
	int decay_in_norm;        /* LARS: 1: the form decay_in_norm of lars.c, 0: larc */
	int lars_clip;            /* LARC: min(q / lr, 1) */
	double own[4];            /* for further optimisers; meanings in their files */
};

/* One update of one parameter. */
struct optim_at {
	double lr; /* with the schedule and the parameter's lr_mult */
	long k;    /* number of the update, from 0, for Adam's bias correction */
	const double *gate;               /* of the parameters (params.h) */
	const struct update_norms *norms; /* on the device; NULL: not asked for */
};

struct optim {
	const char *name, *summary;
	const struct hparam_default *defaults; /* of other keys, ended by {0}; or NULL */
	const struct hparam *hparams; /* keys "optim.*" of its family only; ended by {0}, or NULL */
	/* The optimisers with which those keys apply, "lion|tiger"; NULL: they apply to every one,
	 * as recipes have recorded them since the first version. */
	const char *hparams_with;
	/* Reads those keys; NULL: there are none. */
	void (*read)(struct optim_opts *o, const struct recipe *r);
	int slots; /* number of slots per parameter */
	/* Does the update of p depend on its norms ||w|| and ||g + decay w||? If so, sets the decay.
	 * NULL: it never does. */
	int (*needs_norms)(const struct param *p, const struct optim_opts *o, double *decay);
	/* Fills in what the rule needs for one parameter; all else is zero. */
	void (*prepare)(struct update *u, const struct param *p, const struct optim_opts *o,
			const struct optim_at *at);
	/* The rule, which updates n parameters from their gradients. */
	void (*apply)(const struct kernels *k, const struct update *list, int n);
};

/* The keys optim.* that all optimisers share. */
extern const struct hparam optim_hparams[];

/* The i-th table of keys that only some optimisers have, and when they apply. Returns 0 past the
 * end. */
int optim_group(int i, struct hparam_group *out);

/* The optimiser with this name, or NULL. optim_at(i): the i-th, NULL past the end. */
const struct optim *optim_find(const char *name);
const struct optim *optim_at(int i);

/* Reads the options from the recipe's optim.* keys. */
void optim_opts_from_recipe(struct optim_opts *o, const struct recipe *r);

/* Sets lr_mult and lr_fixed of the predictor's parameters from the recipe. */
void optim_rates_from_recipe(struct params *p, const struct recipe *r);

/* Updates all trainable parameters once, at the rate lr * lr_mult, with o->lr instead of lr for
 * those with lr_fixed. k: number of the update, from 0. */
void optim_step(const struct optim *opt, const struct optim_opts *o, struct params *p, double lr,
		long k);

#endif
