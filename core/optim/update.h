/*
 * Functions that the update rules share: elementwise work on a parameter in chunks that depend only
 * on its size, and norms that are summed in double over such chunks. Neither depends on the number
 * of threads. Internal to core/optim/.
 */
#ifndef SSL_OPTIM_UPDATE_H
#define SSL_OPTIM_UPDATE_H

#include "core/optim/optim.h"

/* Does weight decay (and LARS's adaptation) apply to p? To biases and norms only if the recipe says
 * so. */
static inline int update_decays(const struct param *p, const struct optim_opts *o)
{
	return o->decay_bias_norm || (p->kind != PARAM_BIAS && p->kind != PARAM_NORM);
}

/* The weight decay of p, 0 if it has none. */
static inline double update_decay(const struct param *p, const struct optim_opts *o)
{
	if (!update_decays(p, o))
		return 0;
	return o->parts ? o->part_decay[p->part] : o->weight_decay;
}

/* The arguments of an update rule for one parameter at one step; each rule uses some of them. */
struct update {
	real *restrict w, *restrict m, *restrict v; /* values, slot 0, slot 1 */
	const real *restrict g;
	/* see each rule's file */
	real lr, momentum, decay, scale, beta1, beta2, rest1, rest2, eps, root;
	int nesterov;
};

/* Calls fn(u, from, to) for the chunks of n elements, in parallel. */
void update_run(const struct update *u, size_t n,
		void (*fn)(const struct update *, size_t, size_t));

/* ||w|| and ||g + decay w||. */
struct update_norms {
	double w, g;
};
struct update_norms update_norms(const real *w, const real *g, double decay, size_t n);

#endif
