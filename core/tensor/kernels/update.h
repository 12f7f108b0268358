/*
 * The rules by which optimisers update one parameter from its gradient, and the norms that LARS
 * needs. The formulas are at the head of the optimisers' files (core/optim). Work is divided into
 * chunks that depend only on the number of elements.
 *
 * `gate`: a cell; if it is there and 0, an update does nothing. So a step whose loss is not finite
 * leaves the weights as they are, although the host learns of it only one step later.
 */
#ifndef SSL_TENSOR_KERNELS_UPDATE_H
#define SSL_TENSOR_KERNELS_UPDATE_H

#include "core/tensor/tensor.h"

/* Norms of a parameter, for LARS. */
struct update_norms {
	double w, g; /* ||w|| and ||g + decay w|| */
};

/* How LARS adapts the rate; each form is a formula at the head of core/optim/lars.c. */
enum lars_form { LARS_DECAY_IN_NORM, LARS_LARC, LARS_LARC_CLIPPED };

/* The arguments of a rule for one parameter at one step; each rule uses some of them. */
struct update {
	struct tensor *w, *m, *v; /* values, slot 0, slot 1 */
	const struct tensor *g;   /* gradient */
	const double *gate;
	real lr, momentum, decay;
	real scale;        /* Adam: the factor of the decoupled decay */
	real beta1, beta2; /* Adam */
	real rest1, rest2; /* Adam: 1 - beta, computed in double and rounded once, since 1 - 0.999f
			      has a relative error of 5e-5 */
	real eps, root;    /* Adam; root: 1 / sqrt(1 - beta2^t) */
	int nesterov;
	/* LARS: the trust coefficient, the rate and the decay before they are rounded, and the
	 * parameter's norms, in the device's memory; NULL if it is not adapted */
	enum lars_form form;
	double trust, rate, weight_decay;
	const struct update_norms *norms;
};

/* Each updates n parameters, in order. */
void sgd_rule(const struct update *list, int n);
void adam_rule(const struct update *list, int n);
void lars_rule(const struct update *list, int n);

/* norms[i] for n parameters of gradient g and weight decay, summed in double. */
struct update_pair {
	const struct tensor *w, *g;
	double decay; /* part of the norm of the gradient */
};
void update_norms(const struct update_pair *list, int n, struct update_norms *norms);

#endif
