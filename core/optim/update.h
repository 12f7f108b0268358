/*
 * What the update rules of this folder share: elementwise work on a parameter in chunks fixed by
 * its size, and norms that are summed in double by such chunks, so that neither depends on threads.
 */
#ifndef SSL_OPTIM_UPDATE_H
#define SSL_OPTIM_UPDATE_H

#include "core/optim/optim.h"

/* Is p decayed (and, by LARS, adapted)? Biases and norms only when the recipe says so. */
static inline int update_decays(const struct param *p, const struct optim_opts *o)
{
	return o->decay_bias_norm || (p->kind != PARAM_BIAS && p->kind != PARAM_NORM);
}

/* The weight decay of p: 0 where it is not decayed. */
static inline double update_decay(const struct param *p, const struct optim_opts *o)
{
	if (!update_decays(p, o))
		return 0;
	return o->parts ? o->part_decay[p->part] : o->weight_decay;
}

/* The rule's numbers for one parameter at one step; each rule reads the ones it has. */
struct update {
	real *restrict w, *restrict m, *restrict v; /* values, slot 0, slot 1 */
	const real *restrict g;
	real lr, momentum, decay, scale, beta1, beta2, rest1, rest2, eps,
	    root; /* meanings: in each rule's file */
	int nesterov;
};

/* Calls fn(u, from, to) over all elements in chunks. */
void update_run(const struct update *u, size_t n,
		void (*fn)(const struct update *, size_t, size_t));

/* ||w|| and ||g + decay w||. */
struct update_norms {
	double w, g;
};
struct update_norms update_norms(const real *w, const real *g, double decay, size_t n);

#endif
