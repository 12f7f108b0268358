/*
 * The rules by which optimisers update one parameter from its gradient, and the norms that LARS
 * needs. The formulas are at the head of the optimisers' files (core/optim). Work is divided into
 * chunks that depend only on the number of elements.
 */
#ifndef SSL_TENSOR_KERNELS_UPDATE_H
#define SSL_TENSOR_KERNELS_UPDATE_H

#include "core/tensor/tensor.h"

/* The arguments of a rule for one parameter at one step; each rule uses some of them. */
struct update {
	struct tensor *w, *m, *v; /* values, slot 0, slot 1 */
	const struct tensor *g;   /* gradient */
	real lr, momentum, decay;
	real scale;        /* LARS: q; Adam: the factor of the decoupled decay */
	real beta1, beta2; /* Adam */
	real rest1, rest2; /* Adam: 1 - beta, computed in double and rounded once, since 1 - 0.999f
			      has a relative error of 5e-5 */
	real eps, root;    /* Adam; root: 1 / sqrt(1 - beta2^t) */
	int nesterov;
};

void sgd_rule(const struct update *u);
void adam_rule(const struct update *u);
void lars_rule(const struct update *u);

/* ||w|| and ||g + decay w||, summed in double. */
struct update_norms {
	double w, g;
};
struct update_norms update_norms(const struct tensor *w, const struct tensor *g, double decay);

#endif
