/*
 * Adam (Kingma & Ba, 1412.6980) and AdamW (Loshchilov & Hutter, 1711.05101), as in torch.optim. At
 * the t-th step, t = k + 1:
 *
 *     Adam: g <- g + decay w          AdamW: w <- (1 - lr decay) w
 *     m <- beta1 m + (1 - beta1) g
 *     v <- beta2 v + (1 - beta2) g^2
 *     w <- w - lr / (1 - beta1^t)  m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 */
#include <math.h>

#include "core/optim/update.h"

static void prepare(struct update *u, const struct optim_opts *o, const struct optim_at *at,
		    double decay)
{
	u->lr = (real)(at->lr / (1 - pow(o->beta1, (double)at->k + 1)));
	u->root = (real)(1 / sqrt(1 - pow(o->beta2, (double)at->k + 1)));
	u->beta1 = (real)o->beta1;
	u->beta2 = (real)o->beta2;
	u->rest1 = (real)(1 - o->beta1);
	u->rest2 = (real)(1 - o->beta2);
	u->eps = (real)o->eps;
	u->decay = (real)decay;
	u->scale = 1;
}

static void adam_prepare(struct update *u, const struct param *p, const struct optim_opts *o,
			 const struct optim_at *at)
{
	prepare(u, o, at, update_decay(p, o));
}

static void adamw_prepare(struct update *u, const struct param *p, const struct optim_opts *o,
			  const struct optim_at *at)
{
	prepare(u, o, at, 0);
	u->scale = (real)(1 - at->lr * update_decay(p, o));
}

static void adam_apply(const struct kernels *k, const struct update *list, int n)
{
	k->adam_rule(list, n);
}

static const struct hparam hparams[] = {
    {"optim.beta1", HP_REAL, "0.9", 0, 0.999999, NULL,
     "adam, adamw: decay rate of the running mean of the gradients (1412.6980)"},
    {"optim.beta2", HP_REAL, "0.999", 0, 0.999999, NULL,
     "adam, adamw: decay rate of the running mean of the squared gradients (1412.6980)"},
    {"optim.eps", HP_REAL, "1e-8", 0, 1, NULL,
     "adam, adamw: added to the root of the mean squared gradient (1412.6980)"},
    {0},
};

static void adam_read(struct optim_opts *o, const struct recipe *r)
{
	o->beta1 = recipe_real(r, "optim.beta1");
	o->beta2 = recipe_real(r, "optim.beta2");
	o->eps = recipe_real(r, "optim.eps");
}

/* PyTorch's default learning rate, which is not scaled by the batch. */
static const struct hparam_default adam_defaults[] = {
    {"optim.lr", "1e-3"},
    {"optim.lr_scale", "none"},
    {0},
};

static const struct hparam_default adamw_defaults[] = {
    {"optim.lr", "1e-3"},
    {"optim.lr_scale", "none"},
    {"optim.weight_decay", "1e-2"},
    {0},
};

const struct optim optim_adam = {
    .name = "adam",
    .summary = "Adam, with the decay inside the gradient",
    .defaults = adam_defaults,
    .hparams = hparams,
    .read = adam_read,
    .slots = 2,
    .prepare = adam_prepare,
    .apply = adam_apply,
};

const struct optim optim_adamw = {
    .name = "adamw",
    .summary = "Adam with decoupled weight decay",
    .defaults = adamw_defaults,
    .hparams = hparams,
    .read = adam_read,
    .slots = 2,
    .prepare = adamw_prepare,
    .apply = adam_apply,
};
