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

static void update(struct param *p, const struct optim_opts *o, const struct optim_at *at,
		   int decoupled)
{
	struct update u = {.w = &p->t, .g = tensor_grad(&p->t), .m = p->slot[0], .v = p->slot[1]};
	const double decay = update_decay(p, o);

	u.gate = at->gate;
	u.lr = (real)(at->lr / (1 - pow(o->beta1, (double)at->k + 1)));
	u.root = (real)(1 / sqrt(1 - pow(o->beta2, (double)at->k + 1)));
	u.beta1 = (real)o->beta1;
	u.beta2 = (real)o->beta2;
	u.rest1 = (real)(1 - o->beta1);
	u.rest2 = (real)(1 - o->beta2);
	u.eps = (real)o->eps;
	u.decay = decoupled ? 0 : (real)decay;
	u.scale = decoupled ? (real)(1 - at->lr * decay) : 1;
	tensor_kernels(&p->t)->adam_rule(&u);
}

static void adam_update(struct param *p, const struct optim_opts *o, const struct optim_at *at)
{
	update(p, o, at, 0);
}

static void adamw_update(struct param *p, const struct optim_opts *o, const struct optim_at *at)
{
	update(p, o, at, 1);
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
    .update = adam_update,
};

const struct optim optim_adamw = {
    .name = "adamw",
    .summary = "Adam with decoupled weight decay",
    .defaults = adamw_defaults,
    .hparams = hparams,
    .read = adam_read,
    .slots = 2,
    .update = adamw_update,
};
