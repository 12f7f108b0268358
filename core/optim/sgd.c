/*
 * Stochastic gradient descent with momentum, as in torch.optim.SGD:
 *
 *     g <- g + decay w
 *     m <- momentum m + g             (m starts at 0, so the first step has m = g)
 *     w <- w - lr m                   Nesterov: w - lr (g + momentum m)
 */
#include "core/optim/update.h"

static void sgd_prepare(struct update *u, const struct param *p, const struct optim_opts *o,
			const struct optim_at *at)
{
	u->lr = (real)at->lr;
	u->momentum = (real)o->momentum;
	u->nesterov = o->nesterov;
	u->decay = (real)update_decay(p, o);
}

static void sgd_apply(const struct kernels *k, const struct update *list, int n)
{
	k->sgd_rule(list, n);
}

static const struct hparam hparams[] = {
    {"optim.nesterov", HP_BOOL, "false", 0, 0, NULL, "sgd: Nesterov momentum (PyTorch: off)"},
    {0},
};

static void sgd_read(struct optim_opts *o, const struct recipe *r)
{
	o->nesterov = recipe_bool(r, "optim.nesterov");
}

/* lightly's CIFAR-10 benchmark of all methods: 0.06 for a batch of 128 images, decay 5e-4. */
static const struct hparam_default defaults[] = {
    {"optim.lr", "0.12"},
    {"optim.weight_decay", "5e-4"},
    {0},
};

const struct optim optim_sgd = {
    .name = "sgd",
    .summary = "stochastic gradient descent with momentum",
    .defaults = defaults,
    .hparams = hparams,
    .read = sgd_read,
    .slots = 1,
    .prepare = sgd_prepare,
    .apply = sgd_apply,
};
