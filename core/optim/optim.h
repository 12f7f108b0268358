/*
 * Optimisers walk `params`. Each is one file (sgd.c, adam.c, lars.c: template sgd.c) with a
 * `const struct optim`, which also holds the hyperparameters that only this one has; the table in
 * optim.c lists them. State is kept in the parameters' slots, in
 * float like the weights, so a checkpoint has it without code. Exact update rules: the heads of
 * those files; PyTorch's torch.optim, held to the golden vectors sgd*, adam*, lars*.
 *
 * Decay and LARS's adaptation leave out PARAM_BIAS and PARAM_NORM unless optim.decay_bias_norm.
 */
#ifndef SSL_OPTIM_OPTIM_H
#define SSL_OPTIM_OPTIM_H

#include "core/base/error.h"
#include "core/recipe/hparam.h"
#include "core/recipe/recipe.h"
#include "core/tensor/params.h"

enum { OPTIM_PARTS = PART_OTHER + 1 };

struct optim_opts {
	double lr; /* base: scaled by the batch, before the schedule */
	double momentum;
	double weight_decay;
	int parts; /* 1: part_decay holds instead, by the parameter's part */
	double part_decay[OPTIM_PARTS];
	int decay_bias_norm; /* 1: decay (and adapt) all parameters alike */

	/* What one optimiser's read() sets, 0 with the others. */
	int nesterov;             /* SGD */
	double beta1, beta2, eps; /* Adam, AdamW */
	double trust;             /* LARS: eta */
	int decay_in_norm;        /* LARS: the form of lars.c, 0: LARC's */
	int lars_clip;            /* LARC: min(q / lr, 1) */
	double own[4];            /* for others: meanings in their files */
};

struct optim {
	const char *name, *summary;
	const struct hparam_default *defaults; /* that it brings; NULL: none. Key "optim.name" */
	const struct hparam *hparams; /* "optim.*" that only its family has; ended by {0}, or NULL */
	/* When those keys apply: with any of these optimisers, "lion|tiger"; NULL: with every one,
	 * since recipes have recorded them so from the first version on. */
	const char *hparams_with;
	/* Reads those keys; NULL: it has none. */
	void (*read)(struct optim_opts *o, const struct recipe *r);
	int slots;
	/* One step of the k-th update (k counts from 0; Adam's bias correction) on one parameter
	 * with its grad; lr already includes the schedule and the parameter's lr_mult. */
	void (*update)(struct param *p, const struct optim_opts *o, double lr, long k);
};

/* The optim.* rows of the recipe that all optimisers share. */
extern const struct hparam optim_hparams[];

/* The i-th table of keys that only some optimisers have, and when they apply; 0 past the end. */
int optim_group(int i, struct hparam_group *out);

/* NULL if there is none of that name. optim_at(i): i-th, NULL past the end. */
const struct optim *optim_find(const char *name);
const struct optim *optim_at(int i);

void optim_opts_from_recipe(struct optim_opts *o, const struct recipe *r);

/* The rate of the predictor's parameters as a multiple, and off the schedule. */
void optim_rates_from_recipe(struct params *p, const struct recipe *r);

/* One update of all trainable parameters, at lr * lr_mult (o->lr instead of lr where lr_fixed). */
void optim_step(const struct optim *opt, const struct optim_opts *o, struct params *p, double lr,
		long k);

#endif
