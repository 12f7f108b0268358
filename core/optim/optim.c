#include "core/optim/optim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/optim/update.h"

const struct hparam optim_hparams[] = {
    {"optim.name", HP_ENUM, "lars", 0, 0, NULL, "the optimiser (lars: solo-learn's CIFAR recipes)"},
    {"optim.lr", HP_REAL, "0.3", 0, 1000, NULL,
     "base learning rate, for a batch of 256 images (solo-learn on CIFAR, Barlow Twins and "
     "VICReg)"},
    {"optim.lr_scale", HP_ENUM, "linear", 0, 0, "none|linear",
     "linear: the learning rate is lr * batch / 256, as in every method's paper; none: it is lr"},
    {"optim.batch", HP_INT, "256", 2, 65536, NULL, "images per step (solo-learn on CIFAR)"},
    {"optim.epochs", HP_INT, "100", 1, 100000, NULL,
     "passes over the training images, each without its last batch if that is not full (papers: "
     "100 to 1000)"},
    {"optim.warmup", HP_REAL, "auto", 0, 10000, "auto",
     "epochs of linear warm-up from 0; auto: a tenth of the run, at most 10 (10 in SimCLR, BYOL, "
     "Barlow Twins, VICReg)"},
    {"optim.schedule", HP_ENUM, "cosine", 0, 0, "cosine|constant",
     "learning rate after the warm-up: cosine decay to final_lr (1608.03983), or constant"},
    {"optim.final_lr", HP_REAL, "0", 0, 1000, NULL,
     "learning rate at the end of the cosine, scaled in the same way as lr (0 in SimCLR, BYOL, "
     "solo-learn; lr / 1000 in Barlow Twins and VICReg)"},
    {"optim.momentum", HP_REAL, "0.9", 0, 1, NULL, "sgd, lars: momentum (0.9 everywhere)"},
    {"optim.weight_decay", HP_REAL, "1e-4", 0, 10, NULL,
     "weight decay; sgd, adam, lars: added to the gradient; adamw: decoupled (solo-learn on "
     "CIFAR: 1e-4)"},
    {"optim.weight_decay_encoder", HP_REAL, "same", 0, 10, "same",
     "weight_decay of the encoder only; same: the value of weight_decay (all official code)"},
    {"optim.weight_decay_projector", HP_REAL, "same", 0, 10, "same",
     "weight_decay of the projector only; same: the value of weight_decay (all official code)"},
    {"optim.weight_decay_predictor", HP_REAL, "same", 0, 10, "same",
     "weight_decay of the predictor only; same: the value of weight_decay (all official code; "
     "2102.06810 varies it)"},
    {"optim.predictor_lr_mult", HP_REAL, "1", 0, 1e6, NULL,
     "multiplier of the predictor's learning rate (1: all official code; with 10, BYOL with tau "
     "= 0 does not collapse, 2006.07733); 0: the predictor keeps its initial weights"},
    {"optim.predictor_lr_fixed", HP_BOOL, "false", 0, 0, NULL,
     "train the predictor at the base learning rate, without warm-up and schedule (2011.10566: "
     "on)"},
    {"optim.decay_bias_norm", HP_BOOL, "false", 0, 0, NULL,
     "apply weight decay, and the adaptation of lars, to biases and norms as well (off in all "
     "official code except SimSiam's)"},
    {0},
};

/* All optimisers. A new one needs its file and one line here. */
#define OPTIMISERS(_)                                                                              \
	_(sgd)                                                                                     \
	_(adam)                                                                                    \
	_(adamw)                                                                                   \
	_(lars)

#define DECLARE(name) extern const struct optim optim_##name;
OPTIMISERS(DECLARE)
#undef DECLARE

#define ADDRESS(name) &optim_##name,
static const struct optim *const table[] = {OPTIMISERS(ADDRESS)};
#undef ADDRESS

const struct optim *optim_at(int i)
{
	return i >= 0 && i < (int)(sizeof table / sizeof *table) ? table[i] : NULL;
}

const struct optim *optim_find(const char *name)
{
	for (int i = 0; optim_at(i); i++)
		if (!strcmp(optim_at(i)->name, name))
			return optim_at(i);
	return NULL;
}

/* The optimisers of a family share one table of keys, which is counted once: is this the first of
 * them? */
static int is_first_with(int n)
{
	for (int i = 0; i < n; i++)
		if (table[i]->hparams == table[n]->hparams)
			return 0;
	return table[n]->hparams != NULL;
}

int optim_group(int i, struct hparam_group *out)
{
	const struct optim *o;

	for (int n = 0; (o = optim_at(n)); n++) {
		if (!is_first_with(n) || i--)
			continue;
		*out = (struct hparam_group){o->hparams, o->hparams_with ? "optim.name" : NULL,
					     o->hparams_with};
		return 1;
	}
	return 0;
}

void optim_opts_from_recipe(struct optim_opts *o, const struct recipe *r)
{
	const struct optim *opt = optim_find(recipe_text(r, "optim.name"));

	memset(o, 0, sizeof *o);
	o->lr = recipe_real(r, "optim.lr");
	if (!strcmp(recipe_text(r, "optim.lr_scale"), "linear"))
		o->lr *= (double)recipe_int(r, "optim.batch") / 256;
	o->momentum = recipe_real(r, "optim.momentum");
	o->weight_decay = recipe_real(r, "optim.weight_decay");
	o->parts = 1;
	for (int i = 0; i < OPTIM_PARTS; i++)
		o->part_decay[i] = o->weight_decay;
	o->part_decay[PART_ENCODER] =
	    recipe_real_or(r, "optim.weight_decay_encoder", o->weight_decay);
	o->part_decay[PART_PROJECTOR] =
	    recipe_real_or(r, "optim.weight_decay_projector", o->weight_decay);
	o->part_decay[PART_PREDICTOR] =
	    recipe_real_or(r, "optim.weight_decay_predictor", o->weight_decay);
	o->decay_bias_norm = recipe_bool(r, "optim.decay_bias_norm");
	if (opt && opt->read)
		opt->read(o, r);
}

void optim_rates_from_recipe(struct params *p, const struct recipe *r)
{
	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i];

		if (q->part != PART_PREDICTOR)
			continue;
		q->lr_mult = recipe_real(r, "optim.predictor_lr_mult");
		q->lr_fixed = recipe_bool(r, "optim.predictor_lr_fixed");
	}
}

static int is_trained(const struct param *p)
{
	return p->t.needs_grad && p->lr_mult > 0;
}

/* Computes the norms that the updates need, all in one call; norms[i] is that of the i-th parameter
 * of which the optimiser needs one. */
static struct update_norms *compute_norms(const struct optim *opt, const struct optim_opts *o,
					  struct params *p)
{
	const size_t most = (size_t)p->n;
	struct update_pair *list;
	int n = 0;

	if (!opt->needs_norms)
		return NULL;
	if (!p->norms)
		p->norms = arena_alloc(&p->arena.values, most * sizeof(struct update_norms));
	list = xmalloc(most * sizeof *list);
	for (int i = 0; i < p->n; i++) {
		const struct param *q = p->list[i];

		if (!is_trained(q) || !opt->needs_norms(q, o, &list[n].decay))
			continue;
		list[n].w = &q->t;
		list[n++].g = tensor_grad(&q->t);
	}
	if (n)
		tensor_kernels(list[0].w)->update_norms(list, n, p->norms);
	free(list);
	return p->norms;
}

static void prepare(const struct optim *opt, const struct optim_opts *o, struct param *q,
		    const struct optim_at *at, struct update *u)
{
	*u = (struct update){.w = &q->t,
			     .m = q->slot[0],
			     .v = q->slot[1],
			     .g = tensor_grad(&q->t),
			     .gate = at->gate};
	opt->prepare(u, q, o, at);
}

void optim_step(const struct optim *opt, const struct optim_opts *o, struct params *p, double lr,
		long k)
{
	const struct update_norms *norms = compute_norms(opt, o, p);
	struct update *list = xmalloc((size_t)p->n * sizeof *list);
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		struct param *q = p->list[i];
		struct optim_at at = {.k = k, .gate = p->gate};
		double decay;

		if (!is_trained(q))
			continue;
		at.lr = (q->lr_fixed ? o->lr : lr) * q->lr_mult;
		if (norms && opt->needs_norms(q, o, &decay))
			at.norms = norms++;
		prepare(opt, o, q, &at, &list[n++]);
	}
	if (n)
		opt->apply(tensor_kernels(list[0].w), list, n);
	free(list);
}
