/*
 * LARS (You et al., 1708.03888) in the two forms that released code uses; without Nesterov.
 *
 *     form A (BYOL, Barlow Twins, VICReg)      form C (LARC: solo-learn)
 *     g <- g + decay w                         q = trust ||w|| / (||g|| + decay ||w|| + 1e-8)
 *     q = trust ||w|| / ||g||                  [clip: q <- min(q / lr, 1)]
 *                                              g <- g + decay w
 *     m <- momentum m + q g
 *     w <- w - lr m
 *
 * q = 1 (in form C also without decay) where a norm is 0. Biases and norms have no decay and q = 1,
 * at the same learning rate, unless decay_bias_norm.
 */
#include <math.h>

#include "core/optim/update.h"

/* u->scale: q. */
static void lars_chunk(const struct update *u, size_t from, size_t to)
{
	real *restrict w = u->w, *restrict m = u->m;
	const real *restrict grad = u->g;
	const real lr = u->lr, momentum = u->momentum, decay = u->decay, q = u->scale;

	for (size_t i = from; i < to; i++) {
		m[i] = momentum * m[i] + q * (grad[i] + decay * w[i]);
		w[i] -= lr * m[i];
	}
}

static void form_a(struct update *u, const struct optim_opts *o, double decay, size_t n)
{
	struct update_norms norm = update_norms(u->w, u->g, decay, n);

	u->decay = (real)decay;
	if (norm.w > 0 && norm.g > 0)
		u->scale = (real)(o->trust * norm.w / norm.g);
}

static void form_c(struct update *u, const struct optim_opts *o, double decay, double lr, size_t n)
{
	struct update_norms norm = update_norms(u->w, u->g, 0, n);
	double q;

	if (norm.w == 0 || norm.g == 0)
		return;
	q = o->trust * norm.w / (norm.g + decay * norm.w + 1e-8);
	if (o->lars_clip)
		q = q < lr ? q / lr : 1;
	u->scale = (real)q;
	u->decay = (real)decay;
}

static void lars_update(struct param *p, const struct optim_opts *o, double lr, long k)
{
	struct update u = {.w = p->t.data, .g = p->t.grad, .m = p->slot[0], .scale = 1};

	(void)k;
	u.lr = (real)lr;
	u.momentum = (real)o->momentum;
	if (update_decays(p, o)) {
		if (o->lars_form == 'A')
			form_a(&u, o, update_decay(p, o), p->t.n);
		else
			form_c(&u, o, update_decay(p, o), lr, p->t.n);
	}
	update_run(&u, p->t.n, lars_chunk);
}

const struct optim optim_lars = {
    .name = "lars",
    .summary = "layer-wise adaptive rates, forms A and C",
    .slots = 1,
    .update = lars_update,
};
