/*
 * LARS (You et al., 1708.03888) in the two forms that released code uses, without Nesterov
 * momentum.
 *
 *     decay_in_norm (BYOL, Barlow Twins,       larc (LARC: solo-learn)
 *     VICReg)
 *     g <- g + decay w                         q = trust ||w|| / (||g|| + decay ||w|| + 1e-8)
 *     q = trust ||w|| / ||g||                  [clip: q <- min(q / lr, 1)]
 *                                              g <- g + decay w
 *     m <- momentum m + q g
 *     w <- w - lr m
 *
 * If a norm is 0, q = 1, and larc also omits the decay. Unless decay_bias_norm is set, biases and
 * norms have no decay and q = 1, with the same learning rate.
 */
#include <string.h>

#include "core/optim/update.h"

/* In the form decay_in_norm the decay is part of the gradient. */
static int lars_needs_norms(const struct param *p, const struct optim_opts *o, double *decay)
{
	*decay = o->decay_in_norm ? update_decay(p, o) : 0;
	return update_decays(p, o);
}

static enum lars_form form_of(const struct optim_opts *o)
{
	if (o->decay_in_norm)
		return LARS_DECAY_IN_NORM;
	return o->lars_clip ? LARS_LARC_CLIPPED : LARS_LARC;
}

static void lars_prepare(struct update *u, const struct param *p, const struct optim_opts *o,
			 const struct optim_at *at)
{
	u->lr = (real)at->lr;
	u->momentum = (real)o->momentum;
	u->form = form_of(o);
	u->trust = o->trust;
	u->rate = at->lr;
	u->weight_decay = update_decay(p, o);
	u->norms = at->norms;
}

static void lars_apply(const struct kernels *k, const struct update *list, int n)
{
	k->lars_rule(list, n);
}

static const struct hparam hparams[] = {
    {"optim.trust", HP_REAL, "0.02", 0, 10, NULL,
     "lars: trust coefficient eta (0.02 in solo-learn on CIFAR; 0.001 on ImageNet everywhere)"},
    {"optim.lars_form", HP_ENUM, "larc", 0, 0, "decay_in_norm|larc",
     "lars: decay_in_norm = as in the code of BYOL, Barlow Twins and VICReg; larc = LARC, as in "
     "solo-learn"},
    {"optim.lars_clip", HP_BOOL, "true", 0, 0, NULL,
     "lars, larc: limit the adapted rate to the learning rate (solo-learn on CIFAR: on)"},
    {0},
};

static void lars_read(struct optim_opts *o, const struct recipe *r)
{
	o->trust = recipe_real(r, "optim.trust");
	o->decay_in_norm = !strcmp(recipe_text(r, "optim.lars_form"), "decay_in_norm");
	o->lars_clip = recipe_bool(r, "optim.lars_clip");
}

const struct optim optim_lars = {
    .name = "lars",
    .summary = "layer-wise adaptive rates, in two forms",
    .hparams = hparams,
    .read = lars_read,
    .slots = 1,
    .needs_norms = lars_needs_norms,
    .prepare = lars_prepare,
    .apply = lars_apply,
};
