/*
 * What the optimisers' files share: which parameters decay, and the kernels of the update rules.
 * Internal to core/optim/.
 */
#ifndef SSL_OPTIM_UPDATE_H
#define SSL_OPTIM_UPDATE_H

#include "core/optim/optim.h"
#include "core/tensor/kernels.h"

/* Does weight decay (and LARS's adaptation) apply to p? To biases and norms only if the recipe asks
 * for it. */
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

#endif
