/*
 * The losses themselves, on embeddings alone: what the golden vectors and the gradient checks hold,
 * and what the methods' files compose. z1, z2, p1, p2, t1, t2 are {N, D}. Each returns {1}; the
 * terms (unweighted, as the golden files name them) go to *out when it is not NULL.
 */
#ifndef SSL_METHODS_LOSSES_H
#define SSL_METHODS_LOSSES_H

#include "core/methods/method.h"

/* barlow.c, 2103.03230 eq. 1: sum_i (C_ii - 1)^2 + lambda sum_{i != j} C_ij^2. Through the N x N
 * Gram matrices when N < D (perf.md), through C otherwise. */
struct tensor *loss_barlow(struct tape *t, struct tensor *z1, struct tensor *z2, double lambda,
			   double eps, struct method_out *out);

/* vicreg.c, 2105.04906: form 'p' as the paper and the slides write it, 'o' as the released code. */
struct vicreg_weights {
	double lambda, mu, nu, gamma, eps;
	int form; /* 'p' or 'o' */
};
struct tensor *loss_vicreg(struct tape *t, struct tensor *z1, struct tensor *z2,
			   const struct vicreg_weights *w, struct method_out *out);

/* byol.c, 2006.07733 eq. 2: mean_b [2 - 2 cos(p1, t2)] + mean_b [2 - 2 cos(p2, t1)]. */
struct tensor *loss_byol(struct tape *t, struct tensor *p1, struct tensor *p2, struct tensor *t1,
			 struct tensor *t2, struct method_out *out);

#endif
